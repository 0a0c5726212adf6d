SELECT platform, handle, url, confidence, sources
FROM v_account
WHERE collectivity_id = {collectivity_id:String}
ORDER BY platform, handle
