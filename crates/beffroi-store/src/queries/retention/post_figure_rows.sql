-- Posts whose reading is too old: that they were there may not be kept either.
platform = {platform:String} AND toDate(substring(run_id, 1, 10)) <= toDate({up_to:UInt16})
AND has({metrics:Array(String)}, 'posts')
