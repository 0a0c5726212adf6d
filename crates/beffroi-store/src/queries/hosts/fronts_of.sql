SELECT DISTINCT address FROM run_front WHERE run_id = {run_id:String} ORDER BY address
