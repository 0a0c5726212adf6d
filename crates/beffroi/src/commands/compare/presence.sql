SELECT collectivity_id, platform, any(handle) AS handle
FROM account FINAL
WHERE if(source = 'discovery',
         night <= toDate(substring({run_id:String}, 1, 10)) AND night > toDate(substring({run_id:String}, 1, 10)) - 35,
         seen_in = (SELECT concat('registry:', toString(toUnixTimestamp64Milli(max(version)))) FROM registry_version))
GROUP BY collectivity_id, platform, account_id
HAVING countIf(verdict = 'not_own') = 0 AND max(confidence) >= 0.5
