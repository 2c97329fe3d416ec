-- The views of revision 0001. What is in braces differs between the databases, or repeats: see views.py.
-- s is a row of subject_history, p of party_history, e of event.
--
-- No two rows of a subject overlap in both axes, and one row has one set of parties. So the parties at the
-- first coordinate of a row are those of the whole row, and company_state takes the row's own bounds, which
-- an index or a scan can test, instead of an intersection that has to be computed first.

CREATE VIEW company_state AS
SELECT
  p.company,
  s.subject,
  {subject_kind} AS subject_kind,
  s.kind,
  s.status,
  s.status_group,
  s.certainty,
  {roles} AS roles,
  {counterparties} AS counterparties,
  s.since,
  s.valid_from,
  s.valid_to,
  s.known_from,
  s.known_to,
  s.state -> 'terms' AS terms,
  s.disputed,
  s.irregular
FROM subject_history s
JOIN party_history p
  ON p.subject = s.subject
  AND p.valid_from <= s.valid_from AND s.valid_from < p.valid_to
  AND p.known_from <= s.known_from AND s.known_from < p.known_to
WHERE p.company <> 'undisclosed';

CREATE VIEW company_names AS
SELECT
  {slug} AS company,
  {text name},
  {text kind},
  {text country},
  {json aliases},
  {json identifiers},
  s.status,
  s.valid_from,
  s.valid_to,
  s.known_from,
  s.known_to
FROM subject_history s
-- of companies that are one, the id that is shown
WHERE {of company}
  AND NOT EXISTS (SELECT 1 FROM company_identity i WHERE i.company = {slug} AND i.shown <> {slug});

CREATE VIEW event_log AS
SELECT
  e.position,
  e.id,
  e.type,
  e.subject,
  {event_kind} AS subject_kind,
  e.version,
  e.occurred,
  e.earliest,
  e.latest,
  e.known,
  e.recorded,
  {first_source} AS source,
  {sources} AS sources,
  {source publisher} AS publisher,
  {source title} AS source_title,
  {source url} AS source_url,
  e.attribution,
  {event speaker} AS speaker,
  e.fact_level,
  {event target} AS target,
  {event note} AS note,
  e.origin,
  e.payload
FROM event e
LEFT JOIN event r ON r.subject = 'source:' || {first_source} AND r.version = 1;
