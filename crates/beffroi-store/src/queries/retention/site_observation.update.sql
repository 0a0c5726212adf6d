posts_28d = if(has({metrics:Array(String)}, 'posts_28d'), NULL, posts_28d),
last_published_at = if(has({metrics:Array(String)}, 'last_published_at'), NULL, last_published_at),
unavailable = mapUpdate(
    CAST(mapFromArrays({metrics:Array(String)}, arrayMap(metric -> 'retention_expired', {metrics:Array(String)})),
         'Map(LowCardinality(String), LowCardinality(String))'),
    mapFilter((metric, reason) -> NOT (has({metrics:Array(String)}, metric) AND reason = 'truncated'), unavailable))
