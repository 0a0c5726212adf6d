-- The accounts of a judged night cut into ranges of ids: the first and the last of each, in the order of the
-- tables. Parameters: night, window_days, size (accounts a range). Reads: one night of account_figure.
SELECT min(account_id) AS first, max(account_id) AS last
FROM
(
    SELECT account_id, intDiv(rowNumberInAllBlocks(), {size:UInt32}) AS range
    FROM
    (
        SELECT account_id FROM account_figure
        WHERE night = {night:Date} AND window_days = {window_days:UInt16} AND platform != 'website'
        ORDER BY account_id
    )
)
GROUP BY range
ORDER BY first
