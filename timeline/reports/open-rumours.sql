-- title: Open rumours by age
-- description: What nobody has confirmed or denied, the oldest first, with the days since it was first reported.
SELECT r.subject, r.kind, r.certainty, o.reported, days_between(o.reported, :on) AS days, r.parties, r.text
FROM rumour_history r
JOIN (
  -- what may have been there from the beginning has no age
  SELECT subject, min(valid_from) AS reported
  FROM rumour_history
  WHERE known_from <= :known AND :known < known_to AND valid_from > '0001-01-01'
  GROUP BY subject
) o ON o.subject = r.subject
WHERE r.status = 'open'
  AND r.valid_from <= :on AND :on < r.valid_to AND r.known_from <= :known AND :known < r.known_to
ORDER BY days DESC, r.subject
