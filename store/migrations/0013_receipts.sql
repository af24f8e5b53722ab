-- What senders may ask about their messages, and corrections of messages.

-- When a persona came to have heard the messages `after` < id <= `through` of a stream. Messages in
-- no such range: heard before this was recorded, imported, or not heard.
CREATE TABLE hearings (
  persona_id INTEGER NOT NULL REFERENCES personas(id),
  room_id    INTEGER NOT NULL,                 -- the stream, as in persona_cursors
  through    INTEGER NOT NULL,
  after      INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  skipped    INTEGER NOT NULL,                 -- 1: left behind with a backlog
  PRIMARY KEY (persona_id, room_id, through)
) STRICT, WITHOUT ROWID;

-- A session of the persona was woken while messages up to `through` waited for it.
CREATE TABLE wakings (
  persona_id INTEGER NOT NULL REFERENCES personas(id),
  through    INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (persona_id, through)
) STRICT, WITHOUT ROWID;

-- Delivered as a digest, not yet acknowledged: skip_after < id <= skip_through.
ALTER TABLE session_cursors ADD COLUMN skip_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session_cursors ADD COLUMN skip_through INTEGER NOT NULL DEFAULT 0;

-- The speaker's own earlier message that this one replaces.
ALTER TABLE messages ADD COLUMN corrects INTEGER;
CREATE INDEX messages_corrects ON messages(corrects) WHERE corrects IS NOT NULL;
CREATE INDEX messages_replies ON messages(reply_to) WHERE reply_to IS NOT NULL;
