-- title: Revisions of a number
-- description: What was known of an amount, a share or a fact on a day, from when on, with every later revision.
-- param subject: the fact, commitment, deal or relationship, such as fact:acme/results
SELECT known_from, known_to, status, certainty, value_text, value_min, value_max, value_currency, value_per
FROM fact_history
WHERE subject = :subject AND valid_from <= :on AND :on < valid_to AND known_from <= :known
UNION ALL
SELECT known_from, known_to, status, certainty, NULL, amount_min, amount_max, amount_currency, amount_per
FROM commitment_history
WHERE subject = :subject AND valid_from <= :on AND :on < valid_to AND known_from <= :known
UNION ALL
SELECT known_from, known_to, status, certainty, NULL, value_min, value_max, value_currency, value_per
FROM deal_history
WHERE subject = :subject AND valid_from <= :on AND :on < valid_to AND known_from <= :known
UNION ALL
SELECT known_from, known_to, status, certainty, share_basis, share_min, share_max, '%', NULL
FROM relationship_history
WHERE subject = :subject AND valid_from <= :on AND :on < valid_to AND known_from <= :known
ORDER BY known_from
