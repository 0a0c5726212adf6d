SELECT DISTINCT job_id FROM job WHERE run_id = {run_id:String} AND origin = 'planned'
