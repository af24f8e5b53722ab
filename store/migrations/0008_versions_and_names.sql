-- Chains of versions stay whole when one of them is forgotten; the same words are found again; and
-- the search index knows names such as C++ and .NET (analyzer version 2).

-- A version before whose older neighbour was forgotten is linked to the nearest that is left.
UPDATE memories SET supersedes = gap.older
  FROM (WITH RECURSIVE step(newer, older) AS (
          SELECT n.id, m.supersedes FROM memories n JOIN memories m ON m.id = n.supersedes
            WHERE n.forgotten_at IS NULL AND m.forgotten_at IS NOT NULL
          UNION
          SELECT s.newer, m.supersedes FROM step s JOIN memories m ON m.id = s.older
            WHERE m.forgotten_at IS NOT NULL)
        SELECT s.newer, (SELECT p.id FROM memories p WHERE p.id = s.older
                           AND p.superseded_by IS NULL) AS older
          FROM step s LEFT JOIN memories o ON o.id = s.older
          WHERE s.older IS NULL OR o.forgotten_at IS NULL) AS gap
  WHERE memories.id = gap.newer;
UPDATE memories SET superseded_by = n.id
  FROM memories n
  WHERE n.supersedes = memories.id AND n.forgotten_at IS NULL
    AND memories.superseded_by IS NULL AND memories.forgotten_at IS NULL;
UPDATE memories SET supersedes = NULL, superseded_by = NULL
  WHERE forgotten_at IS NOT NULL AND (supersedes IS NOT NULL OR superseded_by IS NOT NULL);

-- Where a memory with the same words is looked for before one is stored.
CREATE INDEX memories_words ON memories(
  length(trim(content, char(9, 10, 13, 32))),
  substr(trim(content, char(9, 10, 13, 32)), 1, 24),
  substr(trim(content, char(9, 10, 13, 32)), -24));
