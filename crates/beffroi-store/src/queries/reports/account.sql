-- The history of one account: a line for each judged night, its figures over a window and its index.
-- Parameters: account (its id), night (in which its presence is looked up), window (days), index (version), since, until, policy.
-- Reads: account_figure and account_score, one account of one window or version in each night between
-- (the whole sort key: some granules a night), all columns of the nights that are shown alone; stratum_coverage,
-- the nights between.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes,
    -- A night is a partition, and opening one costs more than what is read in it.
    shown AS (
        SELECT night FROM account_figure
        WHERE window_days = {window:UInt16} AND account_id = {account:UUID}
          AND night >= {since:Date} AND night <= {until:Date}
        ORDER BY night DESC
        LIMIT {limit:UInt32}
    ),
    -- The first visit reads the posts of 28 days: before that day nothing is known.
    (SELECT min(first_seen) FROM presence_figure
     WHERE night = {night:Date} AND account_id = {account:UUID}) AS first_seen
SELECT
    f.night AS night,
    f.run_id AS run_id,
    f.window_days AS window_days,
    f.platform AS platform,
    f.handle AS account,
    toString(f.account_id) AS account_id,
    f.collectivity_id AS collectivity_id,
    f.category AS category,
    f.stratum AS stratum,
    f.population AS population,
    if(has(withheld['followers'], f.platform), NULL, f.followers) AS followers,
    if(has(withheld['followers'], f.platform), NULL, f.weekly_growth) AS weekly_growth,
    if(has(withheld['posts_per_week'], f.platform), NULL, f.posts_per_week) AS posts_per_week,
    if(has(withheld['posts_per_week'], f.platform), NULL, f.closed_posts) AS closed_posts,
    if(has(withheld['posts_per_week'], f.platform), NULL, f.young_posts) AS young_posts,
    f.components AS components,
    if(has(withheld['e'], f.platform), NULL, f.e) AS e,
    if(has(withheld['e'], f.platform), NULL, f.e_post_median) AS e_post_median,
    if(has(withheld['reply_rate'], f.platform), NULL, f.reply_rate) AS reply_rate,
    if(has(withheld['reply_rate'], f.platform), NULL, f.reply_delay_median) AS reply_delay_median,
    if(has(withheld['total'], f.platform), NULL, s.total) AS total,
    if(has(withheld['total'], f.platform), NULL, s.total_low) AS total_low,
    if(has(withheld['total'], f.platform), NULL, s.total_high) AS total_high,
    if(has(withheld['total'], f.platform), NULL, s.rank_from) AS rank_from,
    if(has(withheld['total'], f.platform), NULL, s.rank_to) AS rank_to,
    if(has(withheld['total'], f.platform), NULL, s.ranked_of) AS ranked_of,
    s.peers AS peers,
    multiIf(has(withheld['total'], f.platform), 'not_publishable', s.total IS NOT NULL, '',
            s.night IS NULL, 'no_data', s.why) AS why,
    multiIf(has(withheld['total'], f.platform), 'not_publishable', s.rank_from IS NOT NULL, '',
            s.total IS NULL, why, 'too_few_to_rank') AS rank_why,
    arrayFilter(flag -> flag != '', [
        if(f.is_partial, 'partial_e', ''),
        if(f.young_posts > 0 AND NOT has(withheld['posts_per_week'], f.platform), 'young_posts', ''),
        if(f.posts_per_week IS NOT NULL AND NOT has(withheld['posts_per_week'], f.platform)
           AND dateDiff('day', first_seen, f.night) + 28 < {window:UInt16}, 'short_series', ''),
        if(f.posts_assumed_followers > 0 AND NOT has(withheld['e'], f.platform), 'assumed_followers', ''),
        if(ifNull(s.widened, 0), 'widened_peers', ''),
        if(notEmpty(f.implausible) AND NOT has(withheld['followers'], f.platform), 'implausible', ''),
        if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    f.unavailable AS unavailable,
    notes[f.platform] AS policy
FROM (SELECT * FROM account_figure
      WHERE window_days = {window:UInt16} AND account_id = {account:UUID}
        AND night IN (SELECT night FROM shown)) AS f
LEFT JOIN (SELECT night, total, total_low, total_high, rank_from, rank_to, ranked_of, peers, widened, why
           FROM account_score
           WHERE index_version = {index:String} AND account_id = {account:UUID}
             AND night IN (SELECT night FROM shown)) AS s ON s.night = f.night
LEFT JOIN (SELECT night, platform, category, stratum, share, is_covered FROM stratum_coverage
           WHERE night >= {since:Date} AND night <= {until:Date}) AS v
    ON v.night = f.night AND v.platform = f.platform AND v.category = f.category AND v.stratum = f.stratum
ORDER BY night DESC
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
