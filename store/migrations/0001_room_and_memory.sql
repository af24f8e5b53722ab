-- The meeting room and the memory. Times are milliseconds since the Unix epoch, UTC.

-- Facts of this store. store_uuid: its name in exports.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE personas (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  name_key   TEXT NOT NULL UNIQUE,           -- the name in lower case: unique without regard to case
  role       TEXT NOT NULL DEFAULT '',
  guest      INTEGER NOT NULL DEFAULT 0,     -- a generated name, not yet registered
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE rooms (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL,
  name_key     TEXT NOT NULL UNIQUE,
  messages     INTEGER NOT NULL DEFAULT 0,   -- said to all
  last_said_at INTEGER,                      -- of a message to all
  created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  id                INTEGER PRIMARY KEY,
  uuid              TEXT NOT NULL UNIQUE,
  persona_id        INTEGER NOT NULL REFERENCES personas(id),
  room_id           INTEGER NOT NULL REFERENCES rooms(id),
  guest             INTEGER NOT NULL,        -- may still be named by katra_register
  provider          TEXT NOT NULL DEFAULT '',
  model             TEXT NOT NULL DEFAULT '',
  tag_source        INTEGER NOT NULL DEFAULT 0,
  client            TEXT NOT NULL DEFAULT '',
  client_version    TEXT NOT NULL DEFAULT '',
  client_session_id TEXT NOT NULL DEFAULT '',
  working_folder    TEXT NOT NULL DEFAULT '',
  host              TEXT NOT NULL DEFAULT '',
  pid               INTEGER NOT NULL,
  pid_start         INTEGER NOT NULL,
  pid_domain        TEXT NOT NULL,
  started_at        INTEGER NOT NULL,
  last_active       INTEGER NOT NULL,
  heartbeat_at      INTEGER NOT NULL,
  ended_at          INTEGER,
  end_reason        TEXT
) STRICT;
CREATE INDEX sessions_live ON sessions(persona_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_client ON sessions(client_session_id) WHERE client_session_id <> '';

INSERT INTO rooms(name, name_key, created_at)
VALUES ('main', 'main', unixepoch() * 1000);

-- Never updated, never deleted. The id is the commit order: writers are serialised.
CREATE TABLE messages (
  id         INTEGER PRIMARY KEY,
  room_id    INTEGER NOT NULL REFERENCES rooms(id),
  persona_id INTEGER NOT NULL REFERENCES personas(id),
  session_id INTEGER REFERENCES sessions(id),      -- NULL: imported
  direct     INTEGER NOT NULL,                     -- 1: only for message_recipients
  reply_to   INTEGER,
  provider   TEXT NOT NULL,
  model      TEXT NOT NULL,
  tag_source INTEGER NOT NULL,
  said_at    INTEGER NOT NULL,
  body       TEXT NOT NULL
) STRICT;
CREATE INDEX messages_room ON messages(room_id, id, persona_id) WHERE direct = 0;
CREATE INDEX messages_sender ON messages(persona_id, id);
CREATE INDEX messages_direct ON messages(persona_id, id) WHERE direct = 1;

CREATE TABLE message_recipients (
  persona_id INTEGER NOT NULL REFERENCES personas(id),
  message_id INTEGER NOT NULL REFERENCES messages(id),
  PRIMARY KEY (persona_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_recipients_message ON message_recipients(message_id);

-- What a persona said or remembered under a key, so that a repeated call is answered, not repeated.
CREATE TABLE idempotency (
  persona_id INTEGER NOT NULL REFERENCES personas(id),
  kind       TEXT NOT NULL CHECK (kind IN ('message', 'memory')),
  key        TEXT NOT NULL,
  target_id  INTEGER NOT NULL,
  PRIMARY KEY (persona_id, kind, key)
) STRICT, WITHOUT ROWID;

-- A stream is a room's messages to all (room_id), or a persona's direct messages of all rooms (0).
-- delivered: returned to a session; acked: acknowledged by a later call. acked <= delivered.
-- Session cursors live as long as their session.
CREATE TABLE persona_cursors (
  persona_id      INTEGER NOT NULL REFERENCES personas(id),
  room_id         INTEGER NOT NULL,
  acked           INTEGER NOT NULL,            -- the furthest of all its sessions
  redeliver       INTEGER NOT NULL DEFAULT 0,  -- ended sessions were given messages up to here
  history_through INTEGER NOT NULL,            -- said before the persona first came to the room
  PRIMARY KEY (persona_id, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX persona_cursors_room ON persona_cursors(room_id);
CREATE TABLE session_cursors (
  session_id INTEGER NOT NULL REFERENCES sessions(id),
  room_id    INTEGER NOT NULL,
  acked      INTEGER NOT NULL,
  delivered  INTEGER NOT NULL,
  redeliver  INTEGER NOT NULL DEFAULT 0,       -- this session was given messages up to here before
  PRIMARY KEY (session_id, room_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE memories (
  id            INTEGER PRIMARY KEY,
  persona_id    INTEGER NOT NULL REFERENCES personas(id),
  session_id    INTEGER REFERENCES sessions(id),   -- NULL: imported
  scope         INTEGER NOT NULL,                  -- 0 shared, 1 private
  kind          INTEGER NOT NULL,
  importance    REAL NOT NULL,
  session_only  INTEGER NOT NULL DEFAULT 0,
  forgotten_at  INTEGER,                           -- hidden from everything but the audit
  supersedes    INTEGER REFERENCES memories(id),
  superseded_by INTEGER REFERENCES memories(id),
  created_at    INTEGER NOT NULL,
  provider      TEXT NOT NULL,
  model         TEXT NOT NULL,
  tag_source    INTEGER NOT NULL,
  tags          TEXT NOT NULL DEFAULT '',          -- each followed by a newline, in lower case
  reasoning     TEXT NOT NULL DEFAULT '',
  content       TEXT NOT NULL
) STRICT;
CREATE INDEX memories_author ON memories(persona_id, id);
CREATE INDEX memories_session_only ON memories(session_id) WHERE session_only = 1;

CREATE TABLE audit (
  id         INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  persona_id INTEGER REFERENCES personas(id),      -- NULL: the command line
  action     TEXT NOT NULL CHECK (action IN ('forget', 'purge', 'supersede', 'expire')),
  memory_id  INTEGER NOT NULL,
  reason     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX audit_memory ON audit(memory_id);

-- Where imported rows came from, so that importing again changes nothing.
CREATE TABLE imported (
  kind      TEXT NOT NULL CHECK (kind IN ('message', 'memory')),
  source    TEXT NOT NULL,                         -- store_uuid of the store that made the row
  source_id INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  PRIMARY KEY (kind, source, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX imported_target ON imported(kind, target_id);
