-- What a persona used of its quotas (store/quotas.h). Kept in rows that are written anyway, so that
-- counting costs no further page.

-- The hour that the persona was in, and its messages and their bytes in it, this one included.
-- NULL: imported, or older than quotas.
ALTER TABLE messages ADD COLUMN hour_from INTEGER;
ALTER TABLE messages ADD COLUMN hour_messages INTEGER;
ALTER TABLE messages ADD COLUMN hour_bytes INTEGER;

-- The day in which the persona made its last room, and how many it made in it.
ALTER TABLE personas ADD COLUMN rooms_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE personas ADD COLUMN rooms_made INTEGER NOT NULL DEFAULT 0;
