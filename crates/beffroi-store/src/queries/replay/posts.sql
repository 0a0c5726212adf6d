-- The counters of an account's posts as one run stored them. Times are milliseconds since 1970.
-- Parameters: {account:UUID}, {run:String}, {night:Date}.
SELECT post_id, reactions, comments, shares, views, toUnixTimestamp64Milli(observed_at) AS observed_at
FROM post_observation FINAL
WHERE account_id = {account:UUID} AND run_id = {run:String} AND night = {night:Date}
