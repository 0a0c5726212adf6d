SELECT platform, any(handle) AS handle, any(url) AS url,
       arraySort(groupUniqArray(collectivity_id)) AS collectivity_ids
FROM v_account
WHERE collectivity_id IN (SELECT collectivity_id FROM v_collectivity)
GROUP BY platform, account_id
ORDER BY platform, account_id
