-- The engagement index: one line a ranked account of a judged night, within its peers (one platform, the
-- same components, one group), the best first. Ranks are those of tie groups: `rank_from` to `rank_to` of
-- `ranked_of`. Low and high are the ends of the interval of 90 %. Accounts without a total, and those
-- whose scores the policies withhold, are in no line.
-- Parameters: night, index (version), policy, platform, category, stratum, department, region (empty:
-- all), limit.
-- Reads: account_score, one version of one night (the beginning of its sort key); stratum_coverage, one
-- night.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes
SELECT
    s.night AS night,
    s.run_id AS run_id,
    s.index_version AS index_version,
    s.platform AS platform,
    s.components AS components,
    s.peers AS peers,
    s.rank_from AS rank_from,
    s.rank_to AS rank_to,
    s.ranked_of AS ranked_of,
    s.handle AS account,
    toString(s.account_id) AS account_id,
    c.name AS collectivity,
    s.collectivity_id AS collectivity_id,
    s.category AS category,
    s.stratum AS stratum,
    s.department_code AS department_code,
    s.region_code AS region_code,
    s.population AS population,
    s.total AS total,
    s.total_low AS total_low,
    s.total_high AS total_high,
    s.top_ten AS top_ten,
    s.audience_score AS audience_score,
    s.audience_low AS audience_low,
    s.audience_high AS audience_high,
    s.activity_score AS activity_score,
    s.activity_low AS activity_low,
    s.activity_high AS activity_high,
    s.engagement_score AS engagement_score,
    s.engagement_low AS engagement_low,
    s.engagement_high AS engagement_high,
    s.dialogue_score AS dialogue_score,
    s.dialogue_low AS dialogue_low,
    s.dialogue_high AS dialogue_high,
    s.audience_why AS audience_why,
    s.activity_why AS activity_why,
    s.engagement_why AS engagement_why,
    s.dialogue_why AS dialogue_why,
    s.closed_posts AS closed_posts,
    s.followers AS followers,
    s.parts AS parts,
    s.components != 'RKS' AS is_partial,
    arrayFilter(flag -> flag != '', [
        if(s.components != 'RKS', 'partial_e', ''),
        if(s.widened, 'widened_peers', ''),
        if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    notes[s.platform] AS policy
FROM (SELECT * FROM account_score
      WHERE night = {night:Date} AND index_version = {index:String}
        AND total IS NOT NULL AND rank_from IS NOT NULL
        AND NOT has(withheld['total'], platform)
        AND ({platform:String} = '' OR platform = {platform:String})
        AND ({category:String} = '' OR category = {category:String})
        AND ({stratum:String} = '' OR stratum = {stratum:String})
        AND ({department:String} = '' OR department_code = {department:String})
        AND ({region:String} = '' OR region_code = {region:String})) AS s
LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
    ON v.platform = s.platform AND v.category = s.category AND v.stratum = s.stratum
LEFT JOIN (SELECT collectivity_id, name FROM v_collectivity) AS c ON c.collectivity_id = s.collectivity_id
ORDER BY platform, is_partial, components, peers, rank_from, rank_to, total DESC, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
