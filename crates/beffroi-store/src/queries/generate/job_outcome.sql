-- How the jobs of a generated world ended: one in fifty failed.
SELECT
    toString({first_night:Date} + day) AS run_id,
    account_id AS job_id,
    {first_night:Date} + day AS night,
    account_id, platform,
    if(cityHash64({seed:UInt64}, n, night, 'outcome') % 50 = 0, 'failed', 'measured') AS outcome,
    if(outcome = 'failed', 'timeout', '') AS reason,
    0 AS attempt, 3 AS fetches, 'generated' AS worker,
    toDateTime64(night, 3, 'UTC') + INTERVAL 3 HOUR AS ended_at
FROM generated_account
CROSS JOIN (SELECT toUInt16(number) AS day FROM numbers({nights:UInt16})) AS days
