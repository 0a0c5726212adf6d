-- Followers of a generated world, night by night, of the accounts whose job did not fail.
SELECT
    account_id,
    toString(night) AS run_id,
    {first_night:Date} + day AS night,
    toDateTime64(night, 3, 'UTC') + INTERVAL 2 HOUR + toIntervalSecond(cityHash64({seed:UInt64}, n, night, 'at') % 10800) AS observed_at,
    platform,
    toUInt64(followers * exp(growth * (night - {world_begins:Date}))) AS followers,
    NULL AS followers_step,
    100 AS following, 1000 AS posts_total, 0 AS threads_opened, 0 AS threads_answered,
    concat('urn:generated:', toString(n)) AS permanent_id,
    '' AS renamed_to, NULL AS created_at,
    map('views', 'not_given_by_platform') AS unavailable,
    [] AS implausible
FROM generated_account
CROSS JOIN (SELECT toUInt16(number) AS day FROM numbers({nights:UInt16})) AS days
WHERE cityHash64({seed:UInt64}, n, night, 'outcome') % 50 != 0
