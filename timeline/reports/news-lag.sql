-- title: News lag by publisher
-- description: Days from the last day on which something may have happened until it was public, by publisher.
WITH told AS (
  -- The log is grouped by the positions of its sources first: numbers are sorted much faster than the names of
  -- publishers, and the days are counted once for all events of a source with the same dates.
  -- A source is one name, or the first of a list; few are lists, so that only these are read twice.
  SELECT r.position AS source, days_between(e.latest, day_of(e.known)) AS lag, count(*) AS events
  FROM event e
  JOIN event r
    ON r.subject = 'source:' || CASE WHEN substr(e.payload ->> 'source', 1, 1) = '['
      THEN e.payload -> 'source' ->> 0 ELSE e.payload ->> 'source' END
    AND r.version = 1
  WHERE e.occurred IS NOT NULL
    AND e.latest <= :on AND e.known <= :known AND e.known > '0001-01-02'
  GROUP BY r.position, e.latest, e.known
), published AS MATERIALIZED (
  -- what is sorted by publisher should not carry what the sources said
  SELECT coalesce(r.payload ->> 'publisher', substr(r.subject, 8)) AS publisher, told.lag, told.events
  FROM told
  JOIN event r ON r.position = told.source
)
SELECT
  publisher,
  sum(events) AS events,
  min(lag) AS least,
  round(1.0 * sum(lag * events) / sum(events), 1) AS mean,
  max(lag) AS most
FROM published
GROUP BY publisher
ORDER BY events DESC, publisher
