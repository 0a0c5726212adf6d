SELECT DISTINCT job_id
FROM job_outcome
WHERE run_id = {run_id:String} AND job_id IN {jobs:Array(UUID)}
