-- Followers at the publication of posts that are too old and still there.
platform = {platform:String} AND toDate(published_at) <= toDate({up_to:UInt16})
AND has({metrics:Array(String)}, 'followers') AND followers IS NOT NULL
