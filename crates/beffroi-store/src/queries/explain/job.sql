-- How an account's job of a judged run ended, and of a website why its publications are not known (empty:
-- they are, or it is none). Two reads by the sort key.
-- Parameters: {account:UUID}, {run:String}, {job:UUID}, {night:Date}.
SELECT
    o.outcome AS outcome,
    (
        SELECT max(s.unavailable['posts_28d'])
        FROM site_observation AS s FINAL
        WHERE s.account_id = {account:UUID} AND s.run_id = {run:String} AND s.night = {night:Date}
    ) AS posts_reason
FROM job_outcome AS o FINAL
WHERE o.run_id = {run:String} AND o.job_id = {job:UUID} AND o.night = {night:Date}
