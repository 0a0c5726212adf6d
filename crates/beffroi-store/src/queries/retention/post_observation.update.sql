reactions = if(has({metrics:Array(String)}, 'reactions'), NULL, reactions),
comments = if(has({metrics:Array(String)}, 'comments'), NULL, comments),
shares = if(has({metrics:Array(String)}, 'shares'), NULL, shares),
views = if(has({metrics:Array(String)}, 'views'), NULL, views)
