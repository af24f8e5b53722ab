-- Memories that are forgotten at a set time, and what people need to go through old ones.

ALTER TABLE memories ADD COLUMN expires_at INTEGER;   -- NULL: never
CREATE INDEX memories_expiry ON memories(forgotten_at, expires_at) WHERE expires_at IS NOT NULL;

-- What is known of the use of a memory; most have no row. Days since the Unix epoch, UTC.
CREATE TABLE memory_use (
  memory_id   INTEGER PRIMARY KEY REFERENCES memories(id),
  recalled_on INTEGER,                                -- last found by a search or read by its number
  kept_on     INTEGER                                 -- a person who reviewed it decided to keep it
) STRICT;
-- Nothing is known of recalls before this time.
INSERT INTO meta(key, value) VALUES ('recalls_since', unixepoch() * 1000);
