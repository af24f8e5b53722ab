-- Sessions, messages and memories belong to the project that their session's folder is in.

-- identity: of the repository, as core/repository.h says.
CREATE TABLE projects (
  id       INTEGER PRIMARY KEY,
  identity TEXT NOT NULL UNIQUE
) STRICT;

-- NULL: in no repository, or from before projects were kept.
ALTER TABLE sessions ADD COLUMN project_id INTEGER REFERENCES projects(id);
ALTER TABLE messages ADD COLUMN project_id INTEGER REFERENCES projects(id);
ALTER TABLE memories ADD COLUMN project_id INTEGER REFERENCES projects(id);
