-- What connectors left for their next visit may hold any figure. The plan knows whose an account is;
-- states older than 90 days are gone by the table's own TTL.
night <= toDate({up_to:UInt16})
AND account_id IN (
    SELECT account_id FROM job
    WHERE platform = {platform:String} AND night <= toDate({up_to:UInt16}) AND night > toDate({up_to:UInt16}) - 200)
