-- The accounts of one collectivity in a judged night: presence, figures over a window, and the four
-- indicators and the index within the peers, beside those of an earlier night. The first line is the
-- account of which the most is known (a total, then the most closed posts).
-- Parameters: collectivity (its id), night, before (the earlier night), window (days), index (version),
-- policy, limit.
-- Reads: presence_figure, one night; account_figure and account_score by the accounts' ids, one window
-- or version of one night (of two for the score); stratum_coverage, one night; uncovered_account, one.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes,
    ids AS (SELECT account_id FROM presence_figure
            WHERE night = {night:Date} AND collectivity_id = {collectivity:String})
SELECT
    {night:Date} AS night,
    p.collectivity_id AS collectivity_id,
    p.platform AS platform,
    p.handle AS account,
    toString(p.account_id) AS account_id,
    p.url AS url,
    p.state AS state,
    p.confidence AS confidence,
    p.hosting_only AS hosting_only,
    if(has(withheld['posts_per_week'], p.platform), NULL, p.last_post_at) AS last_post_at,
    if(has(withheld['followers'], p.platform), NULL, ifNull(f.followers, toFloat64(p.followers))) AS followers,
    if(has(withheld['posts_per_week'], p.platform), NULL, f.posts_per_week) AS posts_per_week,
    if(has(withheld['posts_per_week'], p.platform), NULL, f.closed_posts) AS closed_posts,
    if(has(withheld['posts_per_week'], p.platform), NULL, f.young_posts) AS young_posts,
    f.components AS components,
    if(has(withheld['e'], p.platform), NULL, f.e) AS e,
    if(has(withheld['reply_rate'], p.platform), NULL, f.closed_threads) AS closed_threads,
    if(has(withheld['reply_rate'], p.platform), NULL, f.reply_rate) AS reply_rate,
    if(has(withheld['reply_rate'], p.platform), NULL, f.reply_delay_median) AS reply_delay_median,
    if(has(withheld['audience_score'], p.platform), NULL, s.audience_score) AS audience_score,
    if(has(withheld['audience_score'], p.platform), NULL, s.audience_low) AS audience_low,
    if(has(withheld['audience_score'], p.platform), NULL, s.audience_high) AS audience_high,
    if(has(withheld['audience_score'], p.platform), NULL, s.audience_rank_from) AS audience_rank_from,
    if(has(withheld['audience_score'], p.platform), NULL, s.audience_rank_to) AS audience_rank_to,
    if(has(withheld['audience_score'], p.platform), NULL, s.audience_of) AS audience_of,
    s.audience_peers AS audience_peers,
    if(has(withheld['activity_score'], p.platform), NULL, s.activity_score) AS activity_score,
    if(has(withheld['activity_score'], p.platform), NULL, s.activity_low) AS activity_low,
    if(has(withheld['activity_score'], p.platform), NULL, s.activity_high) AS activity_high,
    if(has(withheld['activity_score'], p.platform), NULL, s.activity_rank_from) AS activity_rank_from,
    if(has(withheld['activity_score'], p.platform), NULL, s.activity_rank_to) AS activity_rank_to,
    if(has(withheld['activity_score'], p.platform), NULL, s.activity_of) AS activity_of,
    s.activity_peers AS activity_peers,
    if(has(withheld['engagement_score'], p.platform), NULL, s.engagement_score) AS engagement_score,
    if(has(withheld['engagement_score'], p.platform), NULL, s.engagement_low) AS engagement_low,
    if(has(withheld['engagement_score'], p.platform), NULL, s.engagement_high) AS engagement_high,
    if(has(withheld['engagement_score'], p.platform), NULL, s.engagement_rank_from) AS engagement_rank_from,
    if(has(withheld['engagement_score'], p.platform), NULL, s.engagement_rank_to) AS engagement_rank_to,
    if(has(withheld['engagement_score'], p.platform), NULL, s.engagement_of) AS engagement_of,
    s.engagement_peers AS engagement_peers,
    if(has(withheld['dialogue_score'], p.platform), NULL, s.dialogue_score) AS dialogue_score,
    if(has(withheld['dialogue_score'], p.platform), NULL, s.dialogue_low) AS dialogue_low,
    if(has(withheld['dialogue_score'], p.platform), NULL, s.dialogue_high) AS dialogue_high,
    if(has(withheld['dialogue_score'], p.platform), NULL, s.dialogue_rank_from) AS dialogue_rank_from,
    if(has(withheld['dialogue_score'], p.platform), NULL, s.dialogue_rank_to) AS dialogue_rank_to,
    if(has(withheld['dialogue_score'], p.platform), NULL, s.dialogue_of) AS dialogue_of,
    s.dialogue_peers AS dialogue_peers,
    if(has(withheld['total'], p.platform), NULL, s.total) AS total,
    if(has(withheld['total'], p.platform), NULL, s.total_low) AS total_low,
    if(has(withheld['total'], p.platform), NULL, s.total_high) AS total_high,
    if(has(withheld['total'], p.platform), NULL, s.rank_from) AS rank_from,
    if(has(withheld['total'], p.platform), NULL, s.rank_to) AS rank_to,
    if(has(withheld['total'], p.platform), NULL, s.ranked_of) AS ranked_of,
    s.peers AS peers,
    if(has(withheld['total'], p.platform), 'not_publishable', ifNull(s.why, 'no_data')) AS why,
    multiIf(has(withheld['total'], p.platform), 'not_publishable', s.rank_from IS NOT NULL, '',
            s.total IS NULL, why, 'too_few_to_rank') AS rank_why,
    if(has(withheld['audience_score'], p.platform), 'not_publishable', ifNull(s.audience_why, 'no_data')) AS audience_why,
    if(has(withheld['activity_score'], p.platform), 'not_publishable', ifNull(s.activity_why, 'no_data')) AS activity_why,
    if(has(withheld['engagement_score'], p.platform), 'not_publishable', ifNull(s.engagement_why, 'no_data')) AS engagement_why,
    if(has(withheld['dialogue_score'], p.platform), 'not_publishable', ifNull(s.dialogue_why, 'no_data')) AS dialogue_why,
    if(has(withheld['total'], p.platform), NULL, b.total) AS total_before,
    if(has(withheld['total'], p.platform), NULL, b.total_low) AS total_before_low,
    if(has(withheld['total'], p.platform), NULL, b.total_high) AS total_before_high,
    if(total_before IS NULL, NULL, p.account_id NOT IN (
        SELECT account_id FROM uncovered_account WHERE night = {before:Date})) AS before_is_covered,
    arrayFilter(flag -> flag != '', [
        if(f.is_partial, 'partial_e', ''),
        if(f.young_posts > 0 AND NOT has(withheld['posts_per_week'], p.platform), 'young_posts', ''),
        -- The first visit reads the posts of 28 days: before that day nothing is known.
        if(f.posts_per_week IS NOT NULL AND NOT has(withheld['posts_per_week'], p.platform)
           AND dateDiff('day', p.first_seen, p.night) + 28 < {window:UInt16}, 'short_series', ''),
        if(f.posts_assumed_followers > 0 AND NOT has(withheld['e'], p.platform), 'assumed_followers', ''),
        if(ifNull(s.widened, 0), 'widened_peers', ''),
        if(notEmpty(f.implausible) AND NOT has(withheld['followers'], p.platform), 'implausible', ''),
        if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    f.unavailable AS unavailable,
    notes[p.platform] AS policy
FROM (SELECT * FROM presence_figure
      WHERE night = {night:Date} AND collectivity_id = {collectivity:String}) AS p
LEFT JOIN (SELECT * FROM account_figure
           WHERE night = {night:Date} AND window_days = {window:UInt16} AND account_id IN ids) AS f
    ON f.account_id = p.account_id
LEFT JOIN (SELECT * FROM account_score
           WHERE night = {night:Date} AND index_version = {index:String} AND account_id IN ids) AS s
    ON s.account_id = p.account_id
LEFT JOIN (SELECT account_id, components, total, total_low, total_high FROM account_score
           WHERE night = {before:Date} AND index_version = {index:String} AND account_id IN ids) AS b
    ON b.account_id = p.account_id AND b.components = s.components
LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
    ON v.platform = p.platform AND v.category = p.category AND v.stratum = p.stratum
ORDER BY total IS NULL, closed_posts DESC NULLS LAST, p.platform = 'website', followers DESC NULLS LAST, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
