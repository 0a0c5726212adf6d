-- The nights that were rolled up before there was the table, as far as their figures are still there and they
-- are not in it yet.
INSERT INTO uncovered_account
SELECT night, run_id, account_id
FROM account_figure
WHERE window_days = 7
  AND (night, platform, category, stratum) IN (
      SELECT night, platform, category, stratum FROM stratum_coverage WHERE is_covered = 0)
  AND (night, account_id) NOT IN (SELECT night, account_id FROM uncovered_account)
