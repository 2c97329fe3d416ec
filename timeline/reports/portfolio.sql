-- title: Portfolio of a company
-- description: Every item of a company on a day, as known at an instant.
-- param company (company): the company, by any of its names
SELECT subject_kind, subject, kind, status, certainty, roles, counterparties, since
FROM company_state
WHERE company = :company
  AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
ORDER BY subject_kind, subject
