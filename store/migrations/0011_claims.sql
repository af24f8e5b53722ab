-- Claims: advisory leases on paths (store/claim_store.h). Rows are deleted when a claim ends.
CREATE TABLE claims (
  id         INTEGER PRIMARY KEY,
  persona_id INTEGER NOT NULL REFERENCES personas(id),
  session_id INTEGER REFERENCES sessions(id),  -- NULL: it does not end with a session
  project    TEXT NOT NULL,                    -- '': in no repository
  root       TEXT NOT NULL,                    -- folder of the working tree; '': none
  pattern    TEXT NOT NULL,                    -- relative to root; without one absolute
  reason     TEXT NOT NULL,
  made_at    INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  UNIQUE (persona_id, project, root, pattern)
) STRICT;
CREATE INDEX claims_session ON claims(session_id) WHERE session_id IS NOT NULL;
