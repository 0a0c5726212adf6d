SELECT DISTINCT platform FROM account_observation
WHERE run_id = {run_id:String}
ORDER BY platform
