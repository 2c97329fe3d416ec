-- title: Concentration of a company
-- description: With whom, on the other side, a company has its deals: how many, and which share of all of them.
-- param company (company): the company, by any of its names
WITH own AS (
  SELECT subject, roles
  FROM company_state
  WHERE company = :company AND subject_kind = 'deal'
    AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
)
SELECT
  other.company AS counterparty,
  count(*) AS deals,
  round(100.0 * count(*) / (SELECT count(*) FROM own), 1) AS share
FROM own
JOIN company_state other ON other.subject = own.subject
WHERE other.company <> :company
  AND other.valid_from <= :on AND :on < other.valid_to
  AND other.known_from <= :known AND :known < other.known_to
  -- who has the same roles, such as another seller, stands on the same side; partners face each other
  AND (other.roles <> own.roles OR CAST(own.roles AS TEXT) IN ('["partner"]', '["other"]'))
GROUP BY other.company
ORDER BY deals DESC, counterparty
