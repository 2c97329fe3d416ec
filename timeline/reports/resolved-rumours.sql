-- title: Rumours that came true, were denied or lapsed
-- description: How every rumour that is not open ended, and how many days after the first report that was told.
SELECT r.subject, r.kind, r.status, r.certainty, e.reported, r.since, e.settled,
  days_between(e.reported, e.settled) AS days
FROM rumour_history r
JOIN (
  -- A history has a row for every turn: the first report of this status, and the first of all. Both come from
  -- one pass, since PostgreSQL joined two by computing one of them again for every rumour.
  SELECT subject, status, day_of(min(known_from)) AS settled,
    day_of(min(min(known_from)) OVER (PARTITION BY subject)) AS reported
  FROM rumour_history
  WHERE known_from <= :known AND valid_from <= :on AND known_from > '0001-01-02'
  GROUP BY subject, status
) e ON e.subject = r.subject AND e.status = r.status
WHERE r.status IN ('confirmed', 'denied', 'partly_denied', 'lapsed')
  AND r.valid_from <= :on AND :on < r.valid_to AND r.known_from <= :known AND :known < r.known_to
ORDER BY r.status, days, r.subject
