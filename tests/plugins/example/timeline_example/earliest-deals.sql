-- title: The earliest deals
-- description: Deals by the first day of which they are told.
-- param most = 3: how many
SELECT subject, min(valid_from) AS since FROM deal_history GROUP BY subject ORDER BY since, subject LIMIT :most
