SELECT table_name, checksum FROM v_checksum
WHERE run_id = {run_id:String} AND content = {content:String}
ORDER BY table_name
