SELECT a.platform AS platform, a.handle AS handle, a.url AS url, a.collectivity_ids AS collectivity_ids,
       o.visited_at AS visited_at
FROM
(
    SELECT platform, account_id, any(handle) AS handle, any(url) AS url,
           arraySort(groupUniqArray(collectivity_id)) AS collectivity_ids
    FROM v_account
    WHERE collectivity_id IN (SELECT collectivity_id FROM v_collectivity)
    GROUP BY platform, account_id
) AS a
LEFT JOIN
(
    -- A job that ended for want of an allowance was no visit. Copies of a row do not matter to a maximum.
    SELECT account_id, toNullable(max(ended_at)) AS visited_at
    FROM job_outcome
    WHERE reason != 'quota_spent'
    GROUP BY account_id
) AS o USING (account_id)
ORDER BY platform, account_id
