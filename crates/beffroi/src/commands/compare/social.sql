SELECT j.platform AS platform, j.handle AS handle, o.outcome AS outcome, o.reason AS reason,
       a.followers AS followers, a.following AS following, a.posts_total AS posts_total,
       a.threads_opened AS threads_opened, a.permanent_id AS permanent_id, a.renamed_to AS renamed_to,
       toUnixTimestamp64Milli(a.created_at) AS created_ms, a.unavailable AS unavailable
FROM (SELECT * FROM job FINAL WHERE run_id = {run_id:String} AND platform != 'website') AS j
LEFT JOIN (SELECT * FROM job_outcome FINAL WHERE run_id = {run_id:String}) AS o ON o.job_id = j.job_id
LEFT JOIN (SELECT * FROM account_observation FINAL WHERE run_id = {run_id:String}) AS a ON a.account_id = j.account_id
