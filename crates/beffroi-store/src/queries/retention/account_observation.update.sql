-- A reason that was there before stays: that a figure was never given is still true.
followers = if(has({metrics:Array(String)}, 'followers'), NULL, followers),
followers_step = if(has({metrics:Array(String)}, 'followers'), NULL, followers_step),
following = if(has({metrics:Array(String)}, 'following'), NULL, following),
posts_total = if(has({metrics:Array(String)}, 'posts_total'), NULL, posts_total),
created_at = if(has({metrics:Array(String)}, 'created_at'), NULL, created_at),
threads_opened = if(has({metrics:Array(String)}, 'dialogue'), NULL, threads_opened),
threads_answered = if(has({metrics:Array(String)}, 'dialogue'), NULL, threads_answered),
unavailable = mapUpdate(
    CAST(mapFromArrays({metrics:Array(String)}, arrayMap(metric -> 'retention_expired', {metrics:Array(String)})),
         'Map(LowCardinality(String), LowCardinality(String))'),
    mapFilter((metric, reason) -> NOT (has({metrics:Array(String)}, metric) AND reason = 'truncated'), unavailable))
