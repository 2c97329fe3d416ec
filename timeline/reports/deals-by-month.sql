-- title: Deals announced, signed and completed by month
-- description: How many deals reached each step for the first time, by the month in which they may first have.
SELECT
  substr(CAST(day AS TEXT), 1, 7) AS month,
  sum(CASE WHEN status = 'announced' THEN 1 ELSE 0 END) AS announced,
  sum(CASE WHEN status = 'signed' THEN 1 ELSE 0 END) AS signed,
  sum(CASE WHEN status = 'completed' THEN 1 ELSE 0 END) AS completed
FROM (
  SELECT subject, status, min(valid_from) AS day
  FROM deal_history
  WHERE status IN ('announced', 'signed', 'completed')
    AND valid_from <= :on AND known_from <= :known AND :known < known_to
  GROUP BY subject, status
) step
GROUP BY substr(CAST(day AS TEXT), 1, 7)
ORDER BY month
