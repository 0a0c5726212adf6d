-- The accounts of the judged night's plan ({accounts:Identifier}, made by night_account.sql) whose stratum was
-- not covered ({coverage:Identifier}, made by stratum_coverage.sql), and those of the other nights of the
-- month, which stay.
SELECT {night:Date} AS night, {run_id:String} AS run_id, account_id
FROM {accounts:Identifier}
WHERE (platform, category, stratum) IN (
    SELECT platform, category, stratum FROM {coverage:Identifier} WHERE NOT is_covered)
UNION ALL
SELECT night, run_id, account_id
FROM uncovered_account
WHERE toYYYYMM(night) = toYYYYMM({night:Date}) AND night != {night:Date}
