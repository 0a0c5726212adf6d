-- What an account's posts show, of those that one run was the last to see and of which it is told. Times are
-- milliseconds since 1970. Parameters: {account:UUID}, {run:String}, {night:Date}.
SELECT post_id, kind, toUnixTimestamp64Milli(seen_at) AS seen_at
FROM post FINAL
WHERE account_id = {account:UUID} AND run_id = {run:String} AND kind != ''
  -- A run sees no post that is younger than its night.
  AND published_at < toDateTime64({night:Date} + 2, 3, 'UTC')
