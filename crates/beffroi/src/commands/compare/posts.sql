SELECT j.platform AS platform, j.handle AS handle, o.post_id AS post_id,
       toUnixTimestamp64Milli(p.published_at) AS published_ms,
       p.kind AS kind,
       o.reactions AS reactions, o.comments AS comments, o.shares AS shares,
       o.views AS views
FROM (SELECT * FROM post_observation FINAL WHERE run_id = {run_id:String}) AS o
INNER JOIN (SELECT account_id, post_id, published_at, kind FROM post FINAL) AS p
    ON p.account_id = o.account_id AND p.post_id = o.post_id
INNER JOIN (SELECT account_id, platform, handle FROM job FINAL WHERE run_id = {run_id:String}) AS j
    ON j.account_id = o.account_id
