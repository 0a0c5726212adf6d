-- Rank by fans against rank by the index, among the same peers of a judged night: who is underrated and
-- overrated by the fan count, the largest shift in proportion to the number of peers first. A shift is
-- `beyond_ties` where the rank by fans lies outside the account's tie group: else it says nothing.
-- Parameters: night, index (version), policy, platform, category, stratum, department, region (empty:
-- all), limit.
-- Reads: account_score, one version of one night; stratum_coverage, one night.
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
    s.handle AS account,
    toString(s.account_id) AS account_id,
    c.name AS collectivity,
    s.collectivity_id AS collectivity_id,
    s.category AS category,
    s.stratum AS stratum,
    s.department_code AS department_code,
    s.region_code AS region_code,
    s.population AS population,
    s.followers AS followers,
    s.fans_rank AS fans_rank,
    s.index_rank AS index_rank,
    s.rank_shift AS rank_shift,
    multiIf(s.fans_rank > s.rank_to, 'underrated', s.fans_rank < s.rank_from, 'overrated', 'within_ties') AS reading,
    s.fans_rank > s.rank_to OR s.fans_rank < s.rank_from AS beyond_ties,
    s.rank_from AS rank_from,
    s.rank_to AS rank_to,
    s.ranked_of AS ranked_of,
    s.total AS total,
    s.total_low AS total_low,
    s.total_high AS total_high,
    s.closed_posts AS closed_posts,
    arrayFilter(flag -> flag != '', [
        if(s.components != 'RKS', 'partial_e', ''),
        if(s.widened, 'widened_peers', ''),
        if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    notes[s.platform] AS policy
FROM (SELECT * FROM account_score
      WHERE night = {night:Date} AND index_version = {index:String} AND rank_shift IS NOT NULL
        AND NOT has(withheld['total'], platform)
        AND ({platform:String} = '' OR platform = {platform:String})
        AND ({category:String} = '' OR category = {category:String})
        AND ({stratum:String} = '' OR stratum = {stratum:String})
        AND ({department:String} = '' OR department_code = {department:String})
        AND ({region:String} = '' OR region_code = {region:String})) AS s
LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
    ON v.platform = s.platform AND v.category = s.category AND v.stratum = s.stratum
LEFT JOIN (SELECT collectivity_id, name FROM v_collectivity) AS c ON c.collectivity_id = s.collectivity_id
ORDER BY beyond_ties DESC, abs(s.rank_shift) / s.ranked_of DESC, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
