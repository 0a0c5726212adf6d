SELECT run_id, job_id, night, account_id, platform, handle, url, lane, collectivity_ids, origin, planned_at
FROM job FINAL
WHERE run_id = {run_id:String}
  AND job_id NOT IN (SELECT job_id FROM job_outcome WHERE run_id = {run_id:String})
ORDER BY job_id
