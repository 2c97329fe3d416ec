-- title: What changed last week
-- description: What became public in the seven days up to a day: every event, with what it is about and who told.
-- param since (day) = on - 6 days: the first day
-- param until (day) = on + 1 days: the day after the last
SELECT known, subject, type, occurred, source, publisher, note
FROM event_log
WHERE known >= :since AND known <= :known AND known < :until
ORDER BY known, position
