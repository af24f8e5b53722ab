-- How far the full-text index has followed the messages. It is brought up to date by every few
-- messages that are said, and by every search before it looks.
CREATE TABLE search_progress (
  messages_through INTEGER NOT NULL   -- messages up to this id are in messages_fts
) STRICT;
INSERT INTO search_progress SELECT ifnull(max(id), 0) FROM messages;
