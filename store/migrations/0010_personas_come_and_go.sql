-- Personas can be retired, renamed, and merged into others.

-- NULL: not retired. A retired persona has no live session and gets no direct messages.
ALTER TABLE personas ADD COLUMN retired_at INTEGER;

-- Names that lead to a persona besides its own: those it had before it was renamed, and those of
-- personas that were merged into it.
CREATE TABLE persona_aliases (
  name_key   TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  persona_id INTEGER NOT NULL REFERENCES personas(id)
) STRICT, WITHOUT ROWID;
CREATE INDEX persona_aliases_persona ON persona_aliases(persona_id);
