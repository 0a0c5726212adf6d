-- What the nights of a generated world saw of visitors' threads: under one post in six one thread, two
-- hours after it, answered within three days or never.
WITH
    opened_at + toIntervalMinute(cityHash64({seed:UInt64}, n, date, 'delay') % 4320) AS reply
SELECT
    account_id,
    toString(cityHash64({seed:UInt64}, n, date, 'post id')) AS post_id,
    toDateTime64(date, 3, 'UTC') + INTERVAL 9 HOUR + toIntervalMillisecond(cityHash64({seed:UInt64}, n, date, 'hour') % 50400000) AS opened_at,
    0 AS rank,
    toString(night) AS run_id,
    {first_night:Date} + day AS night,
    toDateTime64(night, 3, 'UTC') + INTERVAL 2 HOUR + toIntervalSecond(cityHash64({seed:UInt64}, n, night, 'at') % 10800) AS observed_at,
    platform,
    if(cityHash64({seed:UInt64}, n, date, 'answer') % 1000 < answers * 1000 AND reply <= observed_at, reply, NULL) AS replied_at
FROM (
    SELECT *, toDate({first_night:Date} + day - age) AS date
    FROM generated_account
    CROSS JOIN (SELECT toUInt16(number) AS day FROM numbers({nights:UInt16})) AS days
    CROSS JOIN (SELECT toUInt16(number + 1) AS age FROM numbers({post_nights:UInt16})) AS ages
)
WHERE date >= {world_begins:Date}
  AND cityHash64({seed:UInt64}, n, date, 'post') % 7000 < posts_a_week * 1000
  AND cityHash64({seed:UInt64}, n, date, 'thread') % 6 = 0
  AND cityHash64({seed:UInt64}, n, night, 'outcome') % 50 != 0
