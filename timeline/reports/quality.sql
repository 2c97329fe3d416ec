-- title: Quality of the data
-- description: What is irregular, conflicting, only possible, or told by no source.
WITH doubtful AS MATERIALIZED (
  -- one scan of the history for all three
  SELECT subject, status, certainty, irregular, CAST(state -> 'conflicts' AS TEXT) <> '[]' AS conflicting
  FROM subject_history
  WHERE valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
    AND (irregular OR certainty = 'possible' OR CAST(state -> 'conflicts' AS TEXT) <> '[]')
)
SELECT 'irregular' AS problem, subject, status AS detail
FROM doubtful
WHERE irregular
UNION ALL
SELECT 'conflicting', subject, status
FROM doubtful
WHERE conflicting
UNION ALL
SELECT 'possible', subject, status
FROM doubtful
WHERE certainty = 'possible'
UNION ALL
SELECT 'unsourced', subject, id
FROM event_log
-- its column "source" would be computed of every event first, the first of several sources included
WHERE payload -> 'source' IS NULL AND type NOT IN ('source_registered', 'company_registered')
  AND earliest <= :on AND known <= :known
ORDER BY problem, subject, detail
