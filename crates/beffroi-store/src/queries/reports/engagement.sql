-- Engagement of each account measured in one run, over the 28 days before the run's as_of.
-- E is that of Bonsón, Royo and Ratkai (2015): mean reactions, comments and shares of a post, each per
-- thousand followers, summed; only where all three and the followers are known. Posts younger than 7
-- days are still gathering interactions. NULL is unknown, never zero. What the policies withhold of a
-- platform is NULL too, and `policy` says so; `implausible` names figures that fell to a tenth or rose
-- tenfold overnight, `followers_step` how far the platform rounds.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes,
    (SELECT as_of FROM run FINAL WHERE run_id = {run_id:String}) AS end_of_window,
    posts AS (
        SELECT o.account_id AS account_id,
               count() AS posts,
               avg(o.reactions) AS reactions,
               avg(o.comments) AS comments,
               avg(o.shares) AS shares
        FROM (SELECT * FROM post_observation FINAL WHERE run_id = {run_id:String}) AS o
        INNER JOIN (SELECT account_id, post_id, published_at FROM post FINAL) AS p
            ON p.account_id = o.account_id AND p.post_id = o.post_id
        WHERE p.published_at > end_of_window - INTERVAL 28 DAY AND p.published_at <= end_of_window
        GROUP BY account_id
    ),
    dialogues AS (
        SELECT account_id,
               quantileExact(0.5)(if(replied_at IS NULL, NULL, greatest(dateDiff('second', opened_at, replied_at), 0))) AS median_delay_secs
        FROM dialogue FINAL
        WHERE run_id = {run_id:String}
        GROUP BY account_id
    ),
    accounts AS (
        SELECT account_id, any(handle) AS handle, arraySort(groupUniqArray(collectivity_id))[1] AS collectivity_id
        FROM account FINAL
        WHERE verdict = 'own'
        GROUP BY account_id
    )
SELECT
    a.platform AS platform,
    n.handle AS account,
    c.name AS collectivity,
    c.category AS category,
    c.stratum AS stratum,
    if(has(withheld['followers'], a.platform), NULL, a.followers) AS followers,
    if(has(withheld['followers'], a.platform), NULL, a.followers_step) AS followers_step,
    -- An account whose posts were read and are none has 0; one whose posts could not be read, NULL.
    if(mapContains(a.unavailable, 'posts') OR has(withheld['posts_per_week'], a.platform), NULL,
       round(p.posts / 4, 2)) AS posts_per_week,
    if(p.posts = 0 OR has(withheld['interactions_per_post'], a.platform), NULL, round(p.reactions + p.comments + p.shares, 2)) AS interactions_per_post,
    if(a.threads_opened > 0 AND NOT has(withheld['reply_rate'], a.platform),
       round(100 * a.threads_answered / a.threads_opened, 1), NULL) AS reply_rate,
    if(has(withheld['reply_delay_hours'], a.platform), NULL,
       round(d.median_delay_secs / 3600, 2)) AS reply_delay_hours,
    if(p.posts = 0 OR a.followers = 0 OR has(withheld['engagement_e'], a.platform), NULL,
       round(1000 * (p.reactions + p.comments + p.shares) / a.followers, 3)) AS engagement_e,
    if(has(withheld['followers'], a.platform), '', arrayStringConcat(a.implausible, ' ')) AS implausible,
    notes[a.platform] AS policy
FROM (SELECT * FROM account_observation FINAL WHERE run_id = {run_id:String}) AS a
LEFT JOIN posts AS p ON p.account_id = a.account_id
LEFT JOIN dialogues AS d ON d.account_id = a.account_id
LEFT JOIN accounts AS n ON n.account_id = a.account_id
LEFT JOIN v_collectivity AS c ON c.collectivity_id = n.collectivity_id
ORDER BY engagement_e DESC NULLS LAST, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 0
