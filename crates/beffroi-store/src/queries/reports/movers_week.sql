-- The last closed week of each account against the week before, by the measure of the account's own usual changes
-- from week to week, beside the median change of the platform, and beside the same week a year before. Weeks
-- that the calendar marks (August, elections) are told. The furthest from the usual first.
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
    t.week AS week,
    t.week_seasons AS seasons,
    t.week_before_seasons AS seasons_before,
    t.week_interactions AS week_interactions,
    t.week_before AS week_before,
    t.week_ratio AS week_ratio,
    t.week_peers_ratio AS week_peers_ratio,
    t.week_deviation AS week_deviation,
    t.week_year_before AS week_year_before,
    (t.week_interactions + 1) / (t.week_year_before + 1) AS week_year_ratio,
    mapFilter((figure, why) -> why != '', map(
        'week_deviation', if(t.week_deviation IS NULL, 'too_few_weeks', ''),
        'week_peers_ratio', if(t.week_peers_ratio IS NULL, 'too_few_peers', ''),
        'week_year_before', if(t.week_year_before IS NULL, 'no_data', ''),
        'week_year_ratio', if(t.week_year_before IS NULL, 'no_data', '')
    )) AS unavailable,
    arrayFilter(flag -> flag != '', [
        if(seasons != seasons_before, 'other_seasons', ''),
        if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    notes[t.platform] AS policy
FROM (SELECT * FROM account_trend
      WHERE night = {night:Date} AND week_ratio IS NOT NULL
        AND NOT has(withheld['interactions'], platform)
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
ORDER BY ifNull(abs(t.week_deviation), 0) DESC, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
