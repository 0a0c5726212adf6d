-- Who rose and who fell in the index between two judged nights, beyond the intervals: only accounts whose
-- intervals of 90 % of the two totals do not touch, compared within the same components. The windows
-- of the two nights overlap when they are nearer than the version's window: then the change is
-- understated. `not_covered`: too little of the stratum was measured in one of the two nights; `stratum_share` is
-- that of the later one.
-- Parameters: night, before (the earlier night), index (version), policy, platform, category, stratum,
-- department, region (empty: all), limit.
-- Reads: account_score, one version of two nights; stratum_coverage, one night; uncovered_account.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes
SELECT
    b.night AS night_before,
    s.night AS night,
    s.run_id AS run_id,
    s.index_version AS index_version,
    s.platform AS platform,
    s.handle AS account,
    toString(s.account_id) AS account_id,
    c.name AS collectivity,
    s.collectivity_id AS collectivity_id,
    s.category AS category,
    s.stratum AS stratum,
    s.department_code AS department_code,
    s.region_code AS region_code,
    s.population AS population,
    s.components AS components,
    if(s.total > b.total, 'rose', 'fell') AS movement,
    s.total - b.total AS change,
    b.total AS total_before,
    b.total_low AS total_before_low,
    b.total_high AS total_before_high,
    s.total AS total,
    s.total_low AS total_low,
    s.total_high AS total_high,
    b.rank_from AS rank_before_from,
    b.rank_to AS rank_before_to,
    b.ranked_of AS ranked_before_of,
    s.rank_from AS rank_from,
    s.rank_to AS rank_to,
    s.ranked_of AS ranked_of,
    s.peers AS peers,
    s.peers != b.peers AS peers_changed,
    s.closed_posts AS closed_posts,
    arrayFilter(flag -> flag != '', [
        if(s.components != 'RKS', 'partial_e', ''),
        if(s.widened, 'widened_peers', ''),
        if(s.peers != b.peers, 'peers_changed', ''),
        if(v.is_covered = 0 OR s.account_id IN (
               SELECT account_id FROM uncovered_account WHERE night = {before:Date}), 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    notes[s.platform] AS policy
FROM (SELECT * FROM account_score
      WHERE night = {night:Date} AND index_version = {index:String} AND total IS NOT NULL
        AND NOT has(withheld['total'], platform)
        AND ({platform:String} = '' OR platform = {platform:String})
        AND ({category:String} = '' OR category = {category:String})
        AND ({stratum:String} = '' OR stratum = {stratum:String})
        AND ({department:String} = '' OR department_code = {department:String})
        AND ({region:String} = '' OR region_code = {region:String})) AS s
INNER JOIN (SELECT night, account_id, components, total, total_low, total_high, rank_from, rank_to,
                   ranked_of, peers
            FROM account_score
            WHERE night = {before:Date} AND index_version = {index:String} AND total IS NOT NULL) AS b
    ON b.account_id = s.account_id AND b.components = s.components
LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
    ON v.platform = s.platform AND v.category = s.category AND v.stratum = s.stratum
LEFT JOIN (SELECT collectivity_id, name FROM v_collectivity) AS c ON c.collectivity_id = s.collectivity_id
WHERE s.total_low > b.total_high OR s.total_high < b.total_low
ORDER BY abs(change) DESC, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
