-- Where the accounts of a generated world were found: on the body's site, every 28th night, the sites
-- spread over the 28. From {first_night:Date} on, {nights:UInt16} nights.
SELECT
    collectivity_id, platform, account_id,
    'discovery' AS source,
    toString({first_night:Date} + day) AS seen_in,
    handle,
    concat('https://', platform, '.example/', handle) AS url,
    'own' AS verdict,
    0.9 AS confidence,
    [concat('https://www.', collectivity_id, '.example/')] AS evidence_pages,
    ['anchor'] AS evidence_how,
    {first_night:Date} + day AS night,
    toDateTime64({first_night:Date} + day, 3, 'UTC') + INTERVAL 4 HOUR AS seen_at,
    2 AS rules_version, 0 AS superseded_by
FROM generated_account
CROSS JOIN (SELECT toUInt16(number) AS day FROM numbers({nights:UInt16})) AS days
-- All are found in the world's first night, too.
WHERE (toUInt16({first_night:Date} + day) + cityHash64(collectivity_id)) % 28 = 0
   OR {first_night:Date} + day = {world_begins:Date}
