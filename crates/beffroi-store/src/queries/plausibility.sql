-- Flags the figures of one run that fell to a tenth, or rose tenfold, since the account was last seen
-- with them (within 35 nights), the larger of the two being at least `floor`. Only observations whose
-- flags change are written, as a repeat of themselves, so that a repeat writes nothing. Reads six
-- columns of the two or three months around the night, and the rows of the run.
INSERT INTO account_observation
WITH
    (now, before) -> now IS NOT NULL AND before IS NOT NULL
        AND greatest(now, before) >= {floor:UInt64}
        AND greatest(now, before) >= 10 * least(now, before) AS jumps
SELECT o.* REPLACE (CAST(arrayFilter(figure -> figure != '', [
           if(jumps(o.followers, b.followers), 'followers', ''),
           if(jumps(o.following, b.following), 'following', ''),
           if(jumps(o.posts_total, b.posts_total), 'posts_total', '')
       ]), 'Array(LowCardinality(String))') AS implausible)
FROM (
    SELECT * FROM account_observation FINAL
    WHERE run_id = {run_id:String} AND night = toDate({night:UInt16})
) AS o
INNER JOIN (
    -- The last known value of each figure: argMax passes over NULLs.
    SELECT account_id,
           argMax(followers, (night, observed_at)) AS followers,
           argMax(following, (night, observed_at)) AS following,
           argMax(posts_total, (night, observed_at)) AS posts_total
    FROM account_observation
    WHERE night < toDate({night:UInt16}) AND night >= toDate({night:UInt16}) - 35
    GROUP BY account_id
) AS b ON b.account_id = o.account_id
WHERE o.implausible != arrayFilter(figure -> figure != '', [
           if(jumps(o.followers, b.followers), 'followers', ''),
           if(jumps(o.following, b.following), 'following', ''),
           if(jumps(o.posts_total, b.posts_total), 'posts_total', '')
       ])
