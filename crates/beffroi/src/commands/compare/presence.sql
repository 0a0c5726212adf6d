SELECT collectivity_id, platform, handle
FROM v_presence(run_id = {run_id:String})
