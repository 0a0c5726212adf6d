SELECT account_id, argMax(state, (night, written_at)) AS state
FROM account_state
WHERE account_id IN {accounts:Array(UUID)} AND run_id != {run_id:String} AND night <= toDate({night:UInt16})
GROUP BY account_id
