-- title: Open rumours by age
-- description: What nobody has confirmed or denied, the oldest first, with the days since the first report.
SELECT r.subject, r.kind, r.certainty, o.reported, days_between(o.reported, :on) AS days, r.parties, r.text
FROM rumour_history r
JOIN (
  -- days count from the first report, not from the earliest day of which it may be told
  SELECT subject, day_of(min(known_from)) AS reported
  FROM rumour_history
  WHERE known_from <= :known AND known_from > '0001-01-02'
  GROUP BY subject
) o ON o.subject = r.subject
WHERE r.status = 'open'
  AND r.valid_from <= :on AND :on < r.valid_to AND r.known_from <= :known AND :known < r.known_to
ORDER BY days DESC, r.subject
