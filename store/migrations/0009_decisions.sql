-- How the model of an answer was chosen (docs/routing.md), and which models were tried. Never a
-- prompt.
ALTER TABLE answers ADD COLUMN rule TEXT NOT NULL DEFAULT '';     -- '': from before this was kept
ALTER TABLE answers ADD COLUMN route TEXT NOT NULL DEFAULT '';    -- a scenario or a preference
ALTER TABLE answers ADD COLUMN matcher TEXT NOT NULL DEFAULT '';  -- '': nothing was matched
ALTER TABLE answers ADD COLUMN score REAL;                        -- 0..1; NULL: nothing was matched
-- The model that was asked last, by the name in the user's files; `model` is as the provider reports it.
ALTER TABLE answers ADD COLUMN asked_model TEXT NOT NULL DEFAULT '';
ALTER TABLE answers ADD COLUMN reason TEXT NOT NULL DEFAULT '';   -- why the last model was tried
ALTER TABLE answers ADD COLUMN tried TEXT NOT NULL DEFAULT '';    -- JSON, see store/sqlite/decisions.cc
ALTER TABLE answers ADD COLUMN estimated_tokens INTEGER;          -- of the prompt; NULL: unknown
ALTER TABLE answers ADD COLUMN continued INTEGER;                 -- of a turn begun before; NULL: unknown
