-- title: Disagreements between sources
-- description: Where sources of the same time say different things, or one contests another: what each of them told.
WITH held AS MATERIALIZED (
  -- what they differ in is read once, not for every event
  SELECT subject, status, disputed, state -> 'conflicts' AS conflicts
  FROM subject_history
  WHERE (disputed OR CAST(state -> 'conflicts' AS TEXT) <> '[]')
    AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
)
SELECT held.subject, held.status, held.disputed, held.conflicts, e.known, e.type, e.source, e.target
FROM held
JOIN event_log e ON e.subject = held.subject
WHERE e.known <= :known
ORDER BY held.subject, e.version
