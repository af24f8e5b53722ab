-- What each session's agent is doing, as its client tells: 0 not known, 1 working, 2 idle,
-- 3 waiting for its user. activity_at: since when; 0: never told.
ALTER TABLE sessions ADD COLUMN activity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN activity_at INTEGER NOT NULL DEFAULT 0;
