-- The plans of a generated world: every account every night.
SELECT
    toString({first_night:Date} + day) AS run_id,
    account_id AS job_id,
    {first_night:Date} + day AS night,
    account_id, platform, handle,
    concat('https://', platform, '.example/', handle) AS url,
    concat('api.', platform) AS lane,
    [collectivity_id] AS collectivity_ids,
    'planned' AS origin,
    toDateTime64(night, 3, 'UTC') + INTERVAL 2 HOUR AS planned_at
FROM generated_account
CROSS JOIN (SELECT toUInt16(number) AS day FROM numbers({nights:UInt16})) AS days
