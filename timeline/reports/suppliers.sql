-- title: Who supplies whom
-- description: Suppliers and manufacturers with their customers, from relationships and from the roles in deals.
SELECT from_company AS supplier, to_company AS customer, kind, status, certainty, subject
FROM relationship_history
WHERE kind IN ('supplies', 'manufactures_for') AND status <> 'ended'
  AND valid_from <= :on AND :on < valid_to AND known_from <= :known AND :known < known_to
UNION ALL
SELECT s.company, c.company, s.kind, s.status, s.certainty, s.subject
FROM company_state s
JOIN company_state c ON c.subject = s.subject
WHERE s.subject_kind = 'deal'
  AND CAST(s.roles AS TEXT) LIKE '%"supplier"%' AND CAST(c.roles AS TEXT) LIKE '%"customer"%'
  AND s.status NOT IN ('withdrawn', 'terminated', 'expired')
  AND s.valid_from <= :on AND :on < s.valid_to AND s.known_from <= :known AND :known < s.known_to
  AND c.valid_from <= :on AND :on < c.valid_to AND c.known_from <= :known AND :known < c.known_to
ORDER BY supplier, customer, subject
