-- Counters of posts, as figures have them, that are too old and still there.
platform = {platform:String} AND toDate(substring(run_id, 1, 10)) <= toDate({up_to:UInt16})
AND (has({metrics:Array(String)}, 'reactions') AND reactions IS NOT NULL
     OR has({metrics:Array(String)}, 'comments') AND comments IS NOT NULL
     OR has({metrics:Array(String)}, 'shares') AND shares IS NOT NULL
     OR has({metrics:Array(String)}, 'views') AND views IS NOT NULL)
