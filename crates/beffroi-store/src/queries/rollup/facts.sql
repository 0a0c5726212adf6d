-- What is stored of the nights from {first_night:Date} on: of each source and night the rows, repeats
-- included, and the sum of their times. A row that comes late, or again, changes it; merging a repeat
-- away does too.
SELECT source, night, rows, times
FROM (
    SELECT 'post_observation' AS source, night, count() AS rows, sum(toUInt64(toUnixTimestamp64Milli(observed_at))) AS times
    FROM post_observation WHERE night >= {first_night:Date} GROUP BY night
    UNION ALL
    SELECT 'account_observation' AS source, night, count() AS rows, sum(toUInt64(toUnixTimestamp64Milli(observed_at))) AS times
    FROM account_observation WHERE night >= {first_night:Date} GROUP BY night
    UNION ALL
    SELECT 'job_outcome' AS source, night, count() AS rows, sum(toUInt64(toUnixTimestamp64Milli(ended_at))) AS times
    FROM job_outcome WHERE night >= {first_night:Date} GROUP BY night
)
ORDER BY night, source
