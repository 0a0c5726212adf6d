SELECT j.platform AS platform, j.handle AS handle, d.post_id AS post_id,
       toUnixTimestamp64Milli(d.opened_at) AS opened_ms, toUnixTimestamp64Milli(d.replied_at) AS replied_ms
FROM (SELECT * FROM dialogue FINAL WHERE run_id = {run_id:String}) AS d
INNER JOIN (SELECT account_id, platform, handle FROM job FINAL WHERE run_id = {run_id:String}) AS j
    ON j.account_id = d.account_id
