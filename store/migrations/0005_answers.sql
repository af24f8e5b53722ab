-- What models answered through the gateway, which model a session's answer really came from, and
-- the reasoning that a provider wants back on the next turn.

ALTER TABLE sessions ADD COLUMN request_id TEXT NOT NULL DEFAULT '';  -- of the verified tag

-- Never a prompt or an answer.
CREATE TABLE answers (
  id                 INTEGER PRIMARY KEY,
  at                 INTEGER NOT NULL,
  request_id         TEXT NOT NULL,
  upstream_id        TEXT NOT NULL,
  endpoint           TEXT NOT NULL,
  persona            TEXT NOT NULL,
  client_session_id  TEXT NOT NULL,
  agent_id           TEXT NOT NULL,
  requested_model    TEXT NOT NULL,
  provider           TEXT NOT NULL,
  model              TEXT NOT NULL,
  status             INTEGER NOT NULL,
  error              TEXT NOT NULL,
  attempts           INTEGER NOT NULL,
  streamed           INTEGER NOT NULL,
  input_tokens       INTEGER NOT NULL,
  output_tokens      INTEGER NOT NULL,
  cache_read_tokens  INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  cost_usd_micros    INTEGER,                  -- NULL: no price was known
  first_byte_ms      INTEGER,                  -- NULL: no byte came
  duration_ms        INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_at ON answers(at);

CREATE TABLE kept_reasoning (
  tool_id TEXT PRIMARY KEY,
  kept    TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_reasoning_at ON kept_reasoning(at);
