-- With which key an answer was asked for: the name of the environment variable that holds it, or
-- what else it was from. Never the key. '': none, or from before this was kept.
ALTER TABLE answers ADD COLUMN key_name TEXT NOT NULL DEFAULT '';
