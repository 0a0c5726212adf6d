-- The threads that visitors opened under an account's posts in [start, end), as the runs up to a judged
-- night saw them: when the account first replied, and until when it was looked at. Times alone, in
-- milliseconds since 1970. From raw rows, repeats removed, account first.
-- Parameters: {account:UUID}, {start:Int64}, {end:Int64}, {first_night:Date}, {night:Date}.
SELECT
    post_id,
    toUnixTimestamp64Milli(d.opened_at) AS opened_at,
    rank,
    toUnixTimestamp64Milli(min(d.replied_at)) AS replied_at,
    toUnixTimestamp64Milli(max(d.observed_at)) AS seen_until,
    argMax(d.run_id, d.observed_at) AS reading_run
FROM dialogue AS d FINAL
WHERE d.account_id = {account:UUID} AND d.night >= {first_night:Date} AND d.night <= {night:Date}
  AND d.opened_at >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')
  AND d.opened_at < fromUnixTimestamp64Milli({end:Int64}, 'UTC')
GROUP BY post_id, d.opened_at, rank
ORDER BY opened_at DESC, post_id, rank
