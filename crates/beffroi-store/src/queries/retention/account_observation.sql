-- Figures of accounts that are too old and still there (or missing without a reason).
platform = {platform:String} AND night <= toDate({up_to:UInt16})
AND (arrayExists(metric -> NOT mapContains(unavailable, metric) OR unavailable[metric] = 'truncated', {metrics:Array(String)})
     OR has({metrics:Array(String)}, 'followers') AND followers IS NOT NULL
     OR has({metrics:Array(String)}, 'following') AND following IS NOT NULL
     OR has({metrics:Array(String)}, 'posts_total') AND posts_total IS NOT NULL
     OR has({metrics:Array(String)}, 'created_at') AND created_at IS NOT NULL
     OR has({metrics:Array(String)}, 'dialogue') AND (threads_opened IS NOT NULL OR threads_answered IS NOT NULL))
