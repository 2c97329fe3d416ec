-- title: Quality of the data
-- description: What is irregular, conflicting, only possible, or told by no source.
SELECT 'irregular' AS problem, subject, status AS detail
FROM subject_history
WHERE irregular
  AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
UNION ALL
SELECT 'conflicting', subject, status
FROM subject_history
WHERE CAST(state -> 'conflicts' AS TEXT) <> '[]'
  AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
UNION ALL
SELECT 'possible', subject, status
FROM subject_history
WHERE certainty = 'possible'
  AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
UNION ALL
SELECT 'unsourced', subject, id
FROM event_log
WHERE source IS NULL AND type NOT IN ('source_registered', 'company_registered')
  AND earliest <= :on AND known <= :known
ORDER BY problem, subject, detail
