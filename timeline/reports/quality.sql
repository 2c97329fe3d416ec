-- title: Quality of the data
-- description: What contradicts the record, is in conflict or in doubt, or is told by no source.
WITH doubtful AS MATERIALIZED (
  -- one scan of the history for all three
  SELECT subject, status, certainty, irregular, CAST(state -> 'conflicts' AS TEXT) <> '[]' AS conflicting
  FROM subject_history
  WHERE valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
    AND (irregular OR certainty <> 'definite' OR CAST(state -> 'conflicts' AS TEXT) <> '[]')
)
SELECT 'contradicted' AS problem, subject,
  -- of a deal that had ended, an event that says that it is back would explain what came later
  CASE WHEN subject LIKE 'deal:%' AND status IN ('terminated', 'withdrawn', 'expired')
    THEN status || ', and later reports go on: did a deal_revived come between?'
    ELSE status || ', and a report does not fit it: see timeline why ' || subject
  END AS detail
FROM doubtful
WHERE irregular
UNION ALL
SELECT 'conflicting', subject, status
FROM doubtful
WHERE conflicting
UNION ALL
SELECT certainty, subject, status
FROM doubtful
WHERE certainty <> 'definite'
UNION ALL
SELECT 'unsourced', subject, id
FROM event_log
-- its column "source" would be computed of every event first, the first of several sources included
WHERE (payload -> 'source') IS NULL AND type NOT IN ('source_registered', 'company_registered')
  AND earliest <= :on AND known <= :known
ORDER BY problem, subject, detail
