-- title: Commitments by currency
-- description: What is promised, added up where it is alike: one group of statuses, currency, period and basis.
SELECT
  status_group,
  amount_currency AS currency,
  amount_per AS per,
  amount_basis AS basis,
  count(*) AS commitments,
  CASE WHEN count(*) = count(amount_min) THEN sum(amount_min) END AS least,
  CASE WHEN count(*) = count(amount_max) THEN sum(amount_max) END AS most
FROM commitment_history
WHERE amount_currency IS NOT NULL
  AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
GROUP BY status_group, amount_currency, amount_per, amount_basis
ORDER BY status_group, amount_currency, amount_per, amount_basis
