-- What each credential reserved and spent, by UTC day and bucket. What was not settled counts as spent.
CREATE VIEW IF NOT EXISTS v_budget AS
SELECT
    toDate(e.reserved_at) AS day, e.platform AS platform, e.credential AS credential, e.bucket AS bucket,
    sum(e.reserved) AS reserved,
    sum(ifNull(e.spent, e.reserved)) AS spent,
    countIf(e.spent IS NULL) AS unsettled
FROM (SELECT * FROM budget_entry FINAL) AS e
GROUP BY day, platform, credential, bucket
