-- What is stored of an account in one run. One read by the sort key; times are milliseconds since 1970.
-- Parameters: {account:UUID}, {run:String}, {night:Date}.
SELECT followers, following, posts_total, threads_opened, threads_answered,
       toUnixTimestamp64Milli(observed_at) AS observed_at
FROM account_observation FINAL
WHERE account_id = {account:UUID} AND run_id = {run:String} AND night = {night:Date}
