-- What the nights of a generated world read of the posts of the {post_nights:UInt16} days before: counters that saturate
-- within days. Instagram shows no shares.
WITH
    what -> (cityHash64({seed:UInt64}, n, date, what) + 1) / 18446744073709551616. AS draw
SELECT
    account_id,
    toString(cityHash64({seed:UInt64}, n, date, 'post id')) AS post_id,
    toString(night) AS run_id,
    {first_night:Date} + day AS night,
    toDateTime64(night, 3, 'UTC') + INTERVAL 2 HOUR + toIntervalSecond(cityHash64({seed:UInt64}, n, night, 'at') % 10800) AS observed_at,
    platform,
    toUInt64(followers * taste * exp(0.9 * sqrt(-2 * log(draw('luck'))) * cos(2 * pi() * draw('turn')))
             * (1 - exp(-(age - 0.4) / 2))) AS reactions,
    toUInt64(reactions * draw('comments') / 5) AS comments,
    if(platform = 'instagram', NULL, toUInt64(reactions * draw('shares') / 4)) AS shares,
    NULL AS views
FROM (
    SELECT *, toDate({first_night:Date} + day - age) AS date
    FROM generated_account
    CROSS JOIN (SELECT toUInt16(number) AS day FROM numbers({nights:UInt16})) AS days
    CROSS JOIN (SELECT toUInt16(number + 1) AS age FROM numbers({post_nights:UInt16})) AS ages
)
WHERE date >= {world_begins:Date}
  AND cityHash64({seed:UInt64}, n, date, 'post') % 7000 < posts_a_week * 1000
  AND cityHash64({seed:UInt64}, n, night, 'outcome') % 50 != 0
