-- What each credential reserved and spent, by UTC day and bucket. What was not settled counts as spent.
CREATE VIEW IF NOT EXISTS v_budget AS
SELECT
    toDate(reserved_at) AS day, platform, credential, bucket,
    sum(reserved) AS reserved,
    sum(ifNull(spent, reserved)) AS spent,
    countIf(spent IS NULL) AS unsettled
FROM budget_entry FINAL
GROUP BY day, platform, credential, bucket
