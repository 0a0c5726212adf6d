SELECT table_name, checksum FROM v_checksum
WHERE run_id = {run_id:String} AND (table_name IN {figures:Array(String)}) = {is_figures:Bool}
ORDER BY table_name
