SELECT platform, uniqExact(job_id) AS jobs
FROM job
WHERE run_id = {run_id:String}
GROUP BY platform
ORDER BY platform
