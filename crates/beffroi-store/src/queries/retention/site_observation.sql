-- Publications of websites that are too old and still there. All rows are of one platform.
{platform:String} = 'website' AND night <= toDate({up_to:UInt16})
AND (arrayExists(metric -> NOT mapContains(unavailable, metric) OR unavailable[metric] = 'truncated', {metrics:Array(String)})
     OR has({metrics:Array(String)}, 'posts_28d') AND posts_28d IS NOT NULL
     OR has({metrics:Array(String)}, 'last_published_at') AND last_published_at IS NOT NULL)
