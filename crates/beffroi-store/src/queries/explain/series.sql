-- The observations of an account in the nights [first_night, night], oldest first: its counters, and why a
-- figure is missing. Times are milliseconds since 1970. From raw rows, repeats removed, account first.
-- Parameters: {account:UUID}, {first_night:Date}, {night:Date}.
SELECT
    run_id,
    toString(night) AS night,
    toUnixTimestamp64Milli(observed_at) AS observed_at,
    followers,
    threads_opened,
    unavailable
FROM account_observation AS o FINAL
WHERE o.account_id = {account:UUID} AND o.night >= {first_night:Date} AND o.night <= {night:Date}
ORDER BY observed_at, run_id
