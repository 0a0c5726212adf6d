-- Threads that were last looked at too long ago.
platform = {platform:String} AND toDate(substring(run_id, 1, 10)) <= toDate({up_to:UInt16})
AND has({metrics:Array(String)}, 'dialogue')
