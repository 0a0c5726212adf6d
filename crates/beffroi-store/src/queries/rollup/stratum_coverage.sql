-- How much of each stratum the judged night {night:Date} measured: of the accounts of its plan
-- ({accounts:Identifier}, made by night_account.sql) those that ended measured, unchanged or absent.
-- Covered is a share of at least {min_coverage:Float64}.
SELECT
    {night:Date} AS night,
    {run_id:String} AS run_id,
    platform, category, stratum,
    toUInt32(count()) AS planned,
    toUInt32(countIf(outcome IN ('measured', 'unchanged', 'absent'))) AS ended_with_figures,
    ended_with_figures / planned AS share,
    share >= {min_coverage:Float64} AS is_covered
FROM {accounts:Identifier}
GROUP BY platform, category, stratum
