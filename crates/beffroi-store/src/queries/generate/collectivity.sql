-- The bodies of a generated world: communes, log-normal in size with a median of 450 inhabitants as in
-- France, spread over a hundred départements and thirteen regions.
WITH
    what -> (cityHash64({seed:UInt64}, collectivity_id, what) + 1) / 18446744073709551616. AS draw
SELECT DISTINCT
    toDateTime64({first_night:Date} - 1, 3, 'UTC') AS version,
    collectivity_id,
    collectivity_id AS siren,
    substring(collectivity_id, 5) AS insee_code,
    concat('Commune ', collectivity_id) AS name,
    'commune' AS category,
    toUInt32(exp(6.1 + 1.3 * sqrt(-2 * log(draw('size'))) * cos(2 * pi() * draw('turn')))) AS population,
    leftPad(toString(cityHash64(collectivity_id) % 100), 2, '0') AS department_code,
    toString(cityHash64(collectivity_id) % 13) AS region_code,
    '' AS epci_siren, [] AS postal_codes, NULL AS latitude, NULL AS longitude
FROM generated_account
