-- The posts of a generated world that were published on the days of {nights:UInt16} nights, between 7 and
-- 21 o'clock; a day has one post or none. Half of them show images.
WITH
    multiIf(platform = 'instagram', ['image', 'image', 'album', 'short_video'],
            ['image', 'image', 'link', 'text']) AS kinds
SELECT
    account_id,
    toString(cityHash64({seed:UInt64}, n, date, 'post id')) AS post_id,
    platform,
    toDateTime64(date, 3, 'UTC') + INTERVAL 7 HOUR + toIntervalMillisecond(cityHash64({seed:UInt64}, n, date, 'hour') % 50400000) AS published_at,
    concat('https://', platform, '.example/', handle, '/', post_id) AS url,
    toString(date + 28) AS run_id,
    toDateTime64(date + 28, 3, 'UTC') + INTERVAL 3 HOUR AS seen_at,
    kinds[cityHash64({seed:UInt64}, n, date, 'kind') % 4 + 1] AS kind
FROM (
    SELECT *, {first_night:Date} + day AS date
    FROM generated_account
    CROSS JOIN (SELECT toUInt16(number) AS day FROM numbers({nights:UInt16})) AS days
)
WHERE cityHash64({seed:UInt64}, n, date, 'post') % 7000 < posts_a_week * 1000
