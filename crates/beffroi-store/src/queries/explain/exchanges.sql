-- The exchanges of an account's jobs in some runs, in their order: where its figures come from. Times are
-- milliseconds since 1970. One read for each run by the sort key.
-- Parameters: {account:UUID}, {runs:Array(String)}, {nights:Array(Date)}.
SELECT
    run_id,
    toString(job_id) AS job_id,
    toUnixTimestamp64Milli(fetched_at) AS fetched_at,
    sequence,
    url,
    status,
    error_class,
    body_bytes,
    body_sha256,
    duration_ms,
    connector
FROM fetch_log AS f FINAL
WHERE account_id = {account:UUID} AND run_id IN {runs:Array(String)} AND night IN {nights:Array(Date)}
ORDER BY f.run_id, f.fetched_at, f.sequence
