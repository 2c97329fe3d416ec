-- title: Commitments by currency
-- description: What is promised and not over, added up by currency and period; an open end is counted, not guessed.
SELECT
  amount_currency AS currency,
  amount_per AS per,
  count(*) AS commitments,
  round(sum(amount_min), 2) AS least,
  round(sum(amount_max), 2) AS most,
  sum(CASE WHEN amount_min IS NULL THEN 1 ELSE 0 END) AS without_least,
  sum(CASE WHEN amount_max IS NULL THEN 1 ELSE 0 END) AS without_most
FROM commitment_history
WHERE status NOT IN ('fulfilled', 'withdrawn')
  AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
GROUP BY amount_currency, amount_per
ORDER BY coalesce(amount_currency, ''), coalesce(amount_per, '')
