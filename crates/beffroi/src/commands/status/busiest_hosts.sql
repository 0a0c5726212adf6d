-- Of each platform the host with the most jobs of a run that have not ended.
SELECT platform, host, count() AS jobs
FROM
(
    SELECT job_id, any(platform) AS platform, domain(any(url)) AS host
    FROM job
    WHERE run_id = {run_id:String}
    GROUP BY job_id
)
WHERE job_id NOT IN
(
    SELECT job_id
    FROM job_outcome
    WHERE run_id = {run_id:String}
)
GROUP BY platform, host
ORDER BY jobs DESC
LIMIT 1 BY platform
