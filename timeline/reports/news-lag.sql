-- title: News lag by publisher
-- description: Days from the last day on which something may have happened until it was public, by publisher.
SELECT
  coalesce(publisher, source) AS publisher,
  count(*) AS events,
  min(days_between(latest, day_of(known))) AS least,
  round(avg(days_between(latest, day_of(known))), 1) AS mean,
  max(days_between(latest, day_of(known))) AS most
FROM event_log
WHERE source IS NOT NULL AND occurred IS NOT NULL
  AND latest <= :on AND known <= :known AND known > '0001-01-02'
GROUP BY coalesce(publisher, source)
ORDER BY events DESC, publisher
