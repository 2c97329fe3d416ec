-- title: Rumours that came true, were denied or lapsed
-- description: How every rumour that is not open ended, and how many days after it was first reported.
SELECT r.subject, r.kind, r.status, r.certainty, o.reported, e.ended, days_between(o.reported, e.ended) AS days
FROM rumour_history r
JOIN (
  SELECT subject, min(valid_from) AS reported
  FROM rumour_history
  WHERE known_from <= :known AND :known < known_to AND valid_from > '0001-01-01'
  GROUP BY subject
) o ON o.subject = r.subject
JOIN (
  -- a history has a row for every turn: the first one of this status
  SELECT subject, status, min(valid_from) AS ended
  FROM rumour_history
  WHERE known_from <= :known AND :known < known_to AND valid_from > '0001-01-01'
  GROUP BY subject, status
) e ON e.subject = r.subject AND e.status = r.status
WHERE r.status IN ('confirmed', 'denied', 'partly_denied', 'lapsed')
  AND r.valid_from <= :on AND :on < r.valid_to AND r.known_from <= :known AND :known < r.known_to
ORDER BY r.status, days, r.subject
