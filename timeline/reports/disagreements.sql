-- title: Disagreements between sources
-- description: Where sources of the same time say different things, or one contests another: what each of them told.
SELECT s.subject, s.status, s.disputed, s.state -> 'conflicts' AS conflicts,
  e.known, e.type, e.source, e.target
FROM subject_history s
JOIN event_log e ON e.subject = s.subject
WHERE (s.disputed OR CAST(s.state -> 'conflicts' AS TEXT) <> '[]')
  AND s.valid_from <= :on AND :on < s.valid_to AND s.known_from <= :known AND :known < s.known_to
  AND e.known <= :known
ORDER BY s.subject, e.position
