-- Presence in one judged night: a line for each category (communes: each stratum) and platform, with the
-- share of the bodies that have an account there. Accounts found absent do not count. Besides the
-- platforms there are lines `any_network` (websites and alert apps are no networks), `one_network`,
-- `alert_app`, `website_https`, `website_down` and `website_stale`. `networks_mean` is the mean number of
-- networks of the bodies on any. Error bars: where the recall of discovery was estimated by
-- capture-recapture (platform and stratum, else the platform whole), `expected_share` is share / recall
-- with its interval of 95 %, never above 1: the two routes are not independent, so even that is low.
-- `stratum_share` is the share of the stratum's accounts that the night measured (everywhere in France; of what
-- is only read on websites, the share of the websites); a line is `not_covered` where that or the share of the
-- websites is below `min_coverage`.
-- Parameters: night, platform, category, stratum, department, region (empty: all), min_coverage, limit.
-- Reads: presence_figure, discovery_recall and stratum_coverage, one night; the present registry.
WITH
    ['facebook', 'instagram', 'threads', 'x', 'youtube', 'linkedin', 'snapchat', 'tiktok', 'mastodon',
     'bluesky', 'peertube', 'telegram'] AS networks_known,
    ['panneaupocket', 'illiwap', 'intramuros', 'cityall', 'citykomi', 'mymairie', 'neocity', 'citizenapps',
     'imagina', 'lapagelocale', 'betterstreet', 'city_app', 'sms_alert'] AS alert_apps,
    bodies AS (
        SELECT collectivity_id, toString(category) AS category, population,
               if(category = 'commune', toString(stratum), 'all') AS stratum
        FROM v_collectivity
        WHERE ({category:String} = '' OR category = {category:String})
          AND ({stratum:String} = '' OR stratum = {stratum:String})
          AND ({department:String} = '' OR department_code = {department:String})
          AND ({region:String} = '' OR region_code = {region:String})
    ),
    present AS (
        SELECT collectivity_id,
               groupUniqArray(toString(platform)) AS platforms,
               groupUniqArrayIf(toString(platform), state = 'active') AS active,
               groupUniqArrayIf(toString(platform), state = 'dormant') AS dormant,
               max(https) AS https, min(reachable) AS reachable, max(stale) AS stale
        FROM presence_figure
        WHERE night = {night:Date} AND state != 'absent'
        GROUP BY collectivity_id
    ),
    every AS (
        SELECT b.category AS category, b.stratum AS stratum, b.population AS population,
               p.platforms AS platforms, p.active AS active, p.dormant AS dormant,
               length(arrayIntersect(platforms, networks_known)) AS networks,
               arrayConcat(arrayFilter(it -> NOT has(alert_apps, it), platforms),
                           if(networks > 0, ['any_network'], []),
                           if(networks = 1, ['one_network'], []),
                           if(hasAny(platforms, alert_apps), ['alert_app'], []),
                           if(p.https = 1, ['website_https'], []),
                           if(p.reachable = 0, ['website_down'], []),
                           if(p.stale = 1, ['website_stale'], [])) AS there
        FROM bodies AS b
        LEFT JOIN present AS p ON p.collectivity_id = b.collectivity_id
    ),
    -- A row of numbers for each stratum: the bodies are gone through once.
    strata AS (
        SELECT category, stratum, count() AS bodies, min(population) AS smallest,
               avgIf(networks, networks > 0) AS networks_mean,
               CAST(sumMap(there, arrayWithConstant(length(there), 1)), 'Map(String, UInt64)') AS with_account,
               CAST(sumMap(active, arrayWithConstant(length(active), 1)), 'Map(String, UInt64)') AS active_bodies,
               CAST(sumMap(dormant, arrayWithConstant(length(dormant), 1)), 'Map(String, UInt64)') AS dormant_bodies
        FROM every GROUP BY category, stratum
    ),
    cells AS (
        SELECT category, stratum, bodies, smallest, networks_mean, platform,
               strata.with_account[platform] AS with_account,
               strata.active_bodies[platform] AS active_bodies,
               strata.dormant_bodies[platform] AS dormant_bodies,
               platform IN ('any_network', 'one_network', 'alert_app', 'website_https', 'website_down',
                            'website_stale') AS is_of_several
        FROM (
            SELECT *, groupUniqArrayArray(arrayConcat(
                       mapKeys(with_account), networks_known,
                       ['any_network', 'one_network', 'alert_app', 'website', 'website_https', 'website_down',
                        'website_stale'])) OVER () AS lines
            FROM strata
        ) AS strata
        ARRAY JOIN lines AS platform
    ),
    covered AS (
        SELECT platform, category, if(category = 'commune', toString(stratum), 'all') AS stratum,
               sum(planned) AS planned, sum(ended_with_figures) AS ended_with_figures
        FROM stratum_coverage
        WHERE night = {night:Date} AND ({stratum:String} = '' OR stratum = {stratum:String})
        GROUP BY platform, category, stratum
    ),
    recalls AS (
        SELECT toString(platform) AS platform, toString(stratum) AS stratum, recall, recall_low, recall_high
        FROM discovery_recall
        WHERE night = {night:Date}
    )
SELECT
    {night:Date} AS night,
    s.category AS category,
    s.stratum AS stratum,
    s.platform AS platform,
    s.bodies AS bodies,
    s.with_account AS with_account,
    with_account / s.bodies AS share,
    if(s.is_of_several, NULL, s.active_bodies) AS active_bodies,
    if(s.is_of_several, NULL, s.dormant_bodies) AS dormant_bodies,
    if(isFinite(s.networks_mean), s.networks_mean, NULL) AS networks_mean,
    ifNull(r.recall, a.recall) AS discovery_recall,
    ifNull(r.recall_low, a.recall_low) AS discovery_recall_low,
    ifNull(r.recall_high, a.recall_high) AS discovery_recall_high,
    -- `least` passes over NULL.
    if(discovery_recall IS NULL, NULL, least(1, share / discovery_recall)) AS expected_share,
    if(discovery_recall_high IS NULL, NULL, least(1, share / discovery_recall_high)) AS expected_share_low,
    if(discovery_recall_low IS NULL, NULL, least(1, share / discovery_recall_low)) AS expected_share_high,
    mapFilter((figure, why) -> why != '', map(
        'active_bodies', if(active_bodies IS NULL, 'not_applicable', ''),
        'dormant_bodies', if(dormant_bodies IS NULL, 'not_applicable', ''),
        'networks_mean', if(networks_mean IS NULL, 'no_data', ''),
        'discovery_recall', if(discovery_recall IS NULL, 'not_estimated', ''),
        'expected_share', if(discovery_recall IS NULL, 'not_estimated', '')
    )) AS unavailable,
    -- What no visit measures is read on the websites.
    if(v.planned > 0, v.ended_with_figures / v.planned, w.ended_with_figures / w.planned) AS stratum_share,
    if(stratum_share < {min_coverage:Float64} OR w.ended_with_figures / w.planned < {min_coverage:Float64},
       ['not_covered'], []) AS flags
FROM cells AS s
LEFT JOIN covered AS v ON v.category = s.category AND v.stratum = s.stratum AND v.platform = s.platform
LEFT JOIN (SELECT * FROM covered WHERE platform = 'website') AS w ON w.category = s.category AND w.stratum = s.stratum
LEFT JOIN (SELECT * FROM recalls WHERE stratum != 'all') AS r ON r.platform = s.platform AND r.stratum = s.stratum
LEFT JOIN (SELECT * FROM recalls WHERE stratum = 'all') AS a ON a.platform = s.platform
WHERE {platform:String} = '' OR s.platform = {platform:String}
ORDER BY
    indexOf(['region', 'collectivite_territoriale_unique', 'departement', 'collectivite_outre_mer',
             'metropole', 'communaute_urbaine', 'communaute_agglomeration', 'communaute_communes',
             'etablissement_public_territorial', 'commune'], s.category),
    s.smallest,
    platform
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
