-- How jobs ended. One read by the sort key for each.
-- Parameters: {runs:Array(String)}, {jobs:Array(UUID)}, {nights:Array(Date)}.
SELECT
    run_id,
    toString(job_id) AS job_id,
    outcome,
    reason,
    attempt,
    worker,
    toUnixTimestamp64Milli(ended_at) AS ended_at
FROM job_outcome AS o FINAL
WHERE o.run_id IN {runs:Array(String)} AND o.job_id IN {jobs:Array(UUID)} AND o.night IN {nights:Array(Date)}
ORDER BY run_id
