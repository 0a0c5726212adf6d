-- Who departs from the year before otherwise than the peers: the 13 weeks up to the last closed one against the
-- same weeks a year before, in what a typical post gets, in posts a week and in followers, each beside the
-- median change of the peers (platform and stratum, or the platform where the stratum has fewer than 30). A
-- season that all share is no departure. The furthest first.
-- Parameters: night, policy, platform, category, stratum, department, region (empty: all), limit.
-- Reads: account_trend, account_figure (one window) and stratum_coverage, one night.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes
SELECT
    t.night AS night,
    t.run_id AS run_id,
    t.platform AS platform,
    f.handle AS account,
    toString(t.account_id) AS account_id,
    c.name AS collectivity,
    f.collectivity_id AS collectivity_id,
    f.category AS category,
    f.stratum AS stratum,
    f.department_code AS department_code,
    f.region_code AS region_code,
    f.population AS population,
    t.year_from AS weeks_from,
    t.week AS weeks_to,
    t.year_seasons AS seasons,
    t.year_before_seasons AS seasons_before,
    if(has(withheld['interactions'], t.platform), NULL, t.engagement) AS post_interactions,
    if(has(withheld['interactions'], t.platform), NULL, t.engagement_before) AS post_interactions_before,
    if(has(withheld['interactions'], t.platform), NULL, t.engagement_ratio) AS post_interactions_ratio,
    if(has(withheld['interactions'], t.platform), NULL, t.engagement_peers_ratio) AS post_interactions_peers_ratio,
    if(has(withheld['interactions'], t.platform), NULL, t.engagement_deviation) AS post_interactions_deviation,
    if(has(withheld['interactions'], t.platform), 'not_publishable', t.engagement_why) AS post_interactions_why,
    if(has(withheld['posts_per_week'], t.platform), NULL, t.activity) AS weekly_posts,
    if(has(withheld['posts_per_week'], t.platform), NULL, t.activity_before) AS weekly_posts_before,
    if(has(withheld['posts_per_week'], t.platform), NULL, t.activity_ratio) AS weekly_posts_ratio,
    if(has(withheld['posts_per_week'], t.platform), NULL, t.activity_peers_ratio) AS weekly_posts_peers_ratio,
    if(has(withheld['posts_per_week'], t.platform), NULL, t.activity_deviation) AS weekly_posts_deviation,
    if(has(withheld['posts_per_week'], t.platform), 'not_publishable', t.activity_why) AS weekly_posts_why,
    if(has(withheld['followers'], t.platform), NULL, t.followers_ratio) AS followers_ratio,
    if(has(withheld['followers'], t.platform), NULL, t.followers_peers_ratio) AS followers_peers_ratio,
    if(has(withheld['followers'], t.platform), NULL, t.followers_deviation) AS followers_deviation,
    if(has(withheld['followers'], t.platform), 'not_publishable', t.followers_why) AS followers_why,
    greatest(ifNull(abs(post_interactions_deviation), 0), ifNull(abs(weekly_posts_deviation), 0),
             ifNull(abs(followers_deviation), 0)) AS furthest,
    coalesce(nullIf(t.engagement_peers, ''), nullIf(t.activity_peers, ''), t.followers_peers) AS year_peers,
    mapFilter((figure, why) -> why != '', mapFromArrays(
        ['post_interactions', 'post_interactions_ratio', 'post_interactions_peers_ratio', 'post_interactions_deviation',
         'weekly_posts', 'weekly_posts_ratio', 'weekly_posts_peers_ratio', 'weekly_posts_deviation',
         'followers_ratio', 'followers_peers_ratio', 'followers_deviation'],
        [if(post_interactions IS NULL, post_interactions_why, ''),
         post_interactions_why,
         multiIf(post_interactions_peers_ratio IS NOT NULL, '', post_interactions_why != '', post_interactions_why, 'too_few_peers'),
         multiIf(post_interactions_deviation IS NOT NULL, '', post_interactions_why != '', post_interactions_why, 'too_few_peers'),
         if(weekly_posts IS NULL, weekly_posts_why, ''),
         weekly_posts_why,
         multiIf(weekly_posts_peers_ratio IS NOT NULL, '', weekly_posts_why != '', weekly_posts_why, 'too_few_peers'),
         multiIf(weekly_posts_deviation IS NOT NULL, '', weekly_posts_why != '', weekly_posts_why, 'too_few_peers'),
         followers_why,
         multiIf(followers_peers_ratio IS NOT NULL, '', followers_why != '', followers_why, 'too_few_peers'),
         multiIf(followers_deviation IS NOT NULL, '', followers_why != '', followers_why, 'too_few_peers')]
    )) AS unavailable,
    arrayFilter(flag -> flag != '', [
        if(seasons != seasons_before, 'other_seasons', ''),
        if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    notes[t.platform] AS policy
FROM (SELECT * FROM account_trend
      WHERE night = {night:Date}
        AND ({platform:String} = '' OR platform = {platform:String})) AS t
INNER JOIN (SELECT account_id, handle, collectivity_id, category, stratum, department_code, region_code, population
            FROM account_figure
            WHERE night = {night:Date} AND window_days = 90
              AND ({platform:String} = '' OR platform = {platform:String})
              AND ({category:String} = '' OR category = {category:String})
              AND ({stratum:String} = '' OR stratum = {stratum:String})
              AND ({department:String} = '' OR department_code = {department:String})
              AND ({region:String} = '' OR region_code = {region:String})) AS f
    ON f.account_id = t.account_id
LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
    ON v.platform = t.platform AND v.category = f.category AND v.stratum = f.stratum
LEFT JOIN (SELECT collectivity_id, name FROM v_collectivity) AS c ON c.collectivity_id = f.collectivity_id
WHERE post_interactions_ratio IS NOT NULL OR weekly_posts_ratio IS NOT NULL OR followers_ratio IS NOT NULL
ORDER BY furthest DESC, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
