-- Followers and engagement of one account week by week: its figures over seven days in the last judged
-- night of each week, and whether its stratum was covered then.
-- Parameters: account (its id), since, until.
-- Reads: account_figure, one account of one window in each night of the period; uncovered_account.
SELECT toMonday(night) AS week, argMax(followers, night) AS followers, argMax(e, night) AS e,
       argMax((account_id, night) NOT IN (
           SELECT account_id, night FROM uncovered_account WHERE account_id = {account:UUID}), night) AS is_covered
FROM account_figure
WHERE window_days = 7 AND account_id = {account:UUID} AND night >= {since:Date} AND night <= {until:Date}
GROUP BY week
ORDER BY week
