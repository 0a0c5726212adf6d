-- How accounts engage: one line an account, its figures over the window before a judged night, and its
-- engagement within its peers by a version of the index, with the interval of 90 % and the ranks of its
-- tie group. Full E first; partial ones, over fewer components, come after, each kind by itself: they
-- are compared with nothing else. NULL is unknown, never zero, and `unavailable` says why; what the
-- policies withhold is NULL too, and `policy` says so.
-- Parameters: night, window (days), index (version), policy (JSON: which figures are withheld of which
-- platforms, what is said of each), platform, category, stratum, department, region (empty: all), limit.
-- Reads: account_figure, one window of one night (the beginning of its sort key); account_score, one
-- version of one night; stratum_coverage, one night.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes,
    -- The accounts of the lines. What is wide is read of them alone.
    shown AS (
        SELECT account_id, if(has(JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))')['e'], platform),
                              NULL, e) AS its_e
        FROM account_figure
        WHERE night = {night:Date} AND window_days = {window:UInt16}
          AND ({platform:String} = '' OR platform = {platform:String})
          AND ({category:String} = '' OR category = {category:String})
          AND ({stratum:String} = '' OR stratum = {stratum:String})
          AND ({department:String} = '' OR department_code = {department:String})
          AND ({region:String} = '' OR region_code = {region:String})
        ORDER BY its_e IS NULL, is_partial, components, its_e DESC, platform, handle
        LIMIT {limit:UInt32}
    )
SELECT
    f.night AS night,
    f.run_id AS run_id,
    f.window_days AS window_days,
    f.platform AS platform,
    f.handle AS account,
    toString(f.account_id) AS account_id,
    c.name AS collectivity,
    f.collectivity_id AS collectivity_id,
    f.category AS category,
    f.stratum AS stratum,
    f.department_code AS department_code,
    f.region_code AS region_code,
    f.population AS population,
    if(has(withheld['followers'], f.platform), NULL, f.followers) AS followers,
    if(has(withheld['followers'], f.platform), NULL, f.weekly_growth) AS weekly_growth,
    if(has(withheld['followers'], f.platform), NULL, f.coverage) AS coverage,
    if(has(withheld['posts_per_week'], f.platform), NULL, f.posts_per_week) AS posts_per_week,
    if(has(withheld['posts_per_week'], f.platform), NULL, f.median_gap) AS median_gap,
    if(has(withheld['posts_per_week'], f.platform), NULL, f.closed_posts) AS closed_posts,
    if(has(withheld['posts_per_week'], f.platform), NULL, f.young_posts) AS young_posts,
    if(has(withheld['applause'], f.platform), NULL, f.applause) AS applause,
    if(has(withheld['conversation'], f.platform), NULL, f.conversation) AS conversation,
    if(has(withheld['amplification'], f.platform), NULL, f.amplification) AS amplification,
    f.components AS components,
    f.is_partial AS is_partial,
    if(has(withheld['e'], f.platform), NULL, f.e) AS e,
    if(has(withheld['e'], f.platform), NULL, f.e_post_median) AS e_post_median,
    if(has(withheld['e'], f.platform), NULL, f.e_post_trimmed) AS e_post_trimmed,
    if(has(withheld['e'], f.platform), NULL, f.er_post) AS er_post,
    if(has(withheld['interactions'], f.platform), NULL, f.interactions) AS interactions,
    if(has(withheld['interactions'], f.platform), NULL, f.interactions_per_inhabitant) AS interactions_per_inhabitant,
    if(has(withheld['interactions'], f.platform), NULL, f.overperformance) AS overperformance,
    if(has(withheld['views_median'], f.platform), NULL, f.views_median) AS views_median,
    if(has(withheld['engagement_score'], f.platform), NULL, s.engagement_score) AS engagement_score,
    if(has(withheld['engagement_score'], f.platform), NULL, s.engagement_low) AS engagement_low,
    if(has(withheld['engagement_score'], f.platform), NULL, s.engagement_high) AS engagement_high,
    if(has(withheld['engagement_score'], f.platform), NULL, s.engagement_rank_from) AS engagement_rank_from,
    if(has(withheld['engagement_score'], f.platform), NULL, s.engagement_rank_to) AS engagement_rank_to,
    if(has(withheld['engagement_score'], f.platform), NULL, s.engagement_of) AS engagement_of,
    s.engagement_peers AS engagement_peers,
    multiIf(has(withheld['engagement_score'], f.platform), 'not_publishable', s.engagement_score IS NOT NULL, '',
            s.account_id IS NULL, 'no_data', s.engagement_why) AS engagement_why,
    multiIf(has(withheld['engagement_score'], f.platform), 'not_publishable', s.engagement_rank_from IS NOT NULL, '',
            s.engagement_score IS NULL, engagement_why, 'too_few_to_rank') AS engagement_rank_why,
    arrayFilter(flag -> flag != '', [
        if(f.is_partial, 'partial_e', ''),
        if(f.young_posts > 0 AND NOT has(withheld['posts_per_week'], f.platform), 'young_posts', ''),
        if(f.posts_assumed_followers > 0 AND NOT has(withheld['e'], f.platform), 'assumed_followers', ''),
        if(ifNull(s.engagement_widened, 0), 'widened_peers', ''),
        if(f.posts_per_week IS NOT NULL AND NOT has(withheld['posts_per_week'], f.platform)
           AND p.known_days < {window:UInt16}, 'short_series', ''),
        if(notEmpty(f.implausible) AND NOT has(withheld['followers'], f.platform), 'implausible', ''),
        if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    f.unavailable AS unavailable,
    notes[f.platform] AS policy
FROM (SELECT * FROM account_figure
      WHERE night = {night:Date} AND window_days = {window:UInt16} AND account_id IN (SELECT account_id FROM shown)) AS f
LEFT JOIN (SELECT account_id, engagement_score, engagement_low, engagement_high, engagement_rank_from,
                  engagement_rank_to, engagement_of, engagement_peers, engagement_widened, engagement_why
           FROM account_score
           WHERE night = {night:Date} AND index_version = {index:String}
             AND account_id IN (SELECT account_id FROM shown)) AS s ON s.account_id = f.account_id
-- The first visit reads the posts of 28 days: before that day nothing is known.
ANY LEFT JOIN (SELECT account_id, dateDiff('day', first_seen, night) + 28 AS known_days
               FROM presence_figure
               WHERE night = {night:Date} AND account_id IN (SELECT account_id FROM shown)) AS p ON p.account_id = f.account_id
LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
    ON v.platform = f.platform AND v.category = f.category AND v.stratum = f.stratum
LEFT JOIN (SELECT collectivity_id, name FROM v_collectivity) AS c ON c.collectivity_id = f.collectivity_id
ORDER BY e IS NULL, is_partial, components, e DESC, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
