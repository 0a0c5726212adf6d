-- The posts of an account published in [start, end), each with the reading of its counters that counted in
-- a judged night: of the runs up to that night (and up to the 48th night after the post's Monday) the first
-- one made at an age of seven days or more, else the last one, and the post is young. The same choice as
-- rollup/post_reading.sql, from raw rows, repeats removed, account first. Times are milliseconds since 1970;
-- a post without any reading (a website's) has an empty reading_run.
-- Parameters: {account:UUID}, {start:Int64}, {end:Int64}, {first_night:Date}, {night:Date}.
WITH
    tuple(o.run_id, o.observed_at, o.reactions, o.comments, o.shares, o.views) AS taken,
    o.run_id != '' AND o.observed_at >= p.published_at + INTERVAL 7 DAY AS is_closed
SELECT
    p.post_id AS post_id,
    any(p.url) AS url,
    any(p.kind) AS kind,
    toUnixTimestamp64Milli(any(p.published_at)) AS published_at,
    toUnixTimestamp64Milli(any(p.seen_at)) AS seen_at,
    any(p.run_id) AS seen_in,
    countIf(o.run_id != '') AS readings,
    countIf(is_closed) = 0 AS is_young,
    if(is_young,
       argMax(taken, (o.night, o.run_id)),
       argMinIf(taken, (o.night, o.run_id), is_closed)) AS reading,
    reading.1 AS reading_run,
    toUnixTimestamp64Milli(reading.2) AS observed_at,
    reading.3 AS reactions,
    reading.4 AS comments,
    reading.5 AS shares,
    reading.6 AS views
FROM
(
    SELECT post_id, url, kind, published_at, seen_at, run_id
    FROM post FINAL
    WHERE account_id = {account:UUID}
      AND published_at >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')
      AND published_at < fromUnixTimestamp64Milli({end:Int64}, 'UTC')
) AS p
LEFT JOIN
(
    SELECT post_id, toString(run_id) AS run_id, night, observed_at, reactions, comments, shares, views
    FROM post_observation FINAL
    WHERE account_id = {account:UUID} AND night >= {first_night:Date} AND night <= {night:Date}
) AS o ON o.post_id = p.post_id
WHERE o.run_id = '' OR o.night <= toMonday(p.published_at) + 48
GROUP BY p.post_id
ORDER BY published_at DESC, post_id
