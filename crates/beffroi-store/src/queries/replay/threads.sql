-- The visitors' threads under an account's posts as one run stored them: times alone, in milliseconds since
-- 1970. Parameters: {account:UUID}, {run:String}, {night:Date}.
SELECT post_id, toUnixTimestamp64Milli(opened_at) AS opened_at, rank,
       toUnixTimestamp64Milli(replied_at) AS replied_at, toUnixTimestamp64Milli(observed_at) AS observed_at
FROM dialogue FINAL
WHERE account_id = {account:UUID} AND run_id = {run:String} AND night = {night:Date}
