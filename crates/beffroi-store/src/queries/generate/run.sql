-- The runs of a generated world, all complete and over everything.
SELECT
    toString(night) AS run_id, night,
    'complete' AS state, '' AS reason, '{}' AS scope,
    toDateTime64(night, 3, 'UTC') + INTERVAL 2 HOUR AS as_of,
    as_of AS started_at,
    as_of + INTERVAL 5 HOUR AS ended_at,
    'generated' AS program, '' AS certificate,
    ended_at AS updated_at
FROM (SELECT {first_night:Date} + number AS night FROM numbers({nights:UInt16}))
