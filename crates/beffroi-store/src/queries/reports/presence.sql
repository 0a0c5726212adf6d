-- Presence in one run: the share of bodies (%) that have an account on each platform, as v_presence
-- tells, those aside that the run found absent. Communes by stratum, other categories whole.
-- `networks` is the mean number of networks (websites and alert apps apart) of the bodies on any.
WITH
    ['facebook', 'instagram', 'threads', 'x', 'youtube', 'linkedin', 'snapchat', 'tiktok', 'mastodon',
     'bluesky', 'peertube', 'telegram'] AS networks_known,
    presence AS (
        SELECT collectivity_id,
               groupUniqArray(platform) AS platforms,
               length(arrayIntersect(platforms, networks_known)) AS networks_of_body
        FROM v_presence(run_id = {run_id:String})
        WHERE NOT absent
        GROUP BY collectivity_id
    )
SELECT
    c.category AS category,
    if(c.category = 'commune', c.stratum, 'all') AS stratum,
    count() AS bodies,
    round(100 * countIf(has(p.platforms, 'website')) / bodies, 1) AS website,
    round(100 * countIf(p.networks_of_body > 0) / bodies, 1) AS any_network,
    if(any_network = 0, NULL, round(avgIf(p.networks_of_body, p.networks_of_body > 0), 2)) AS networks,
    round(100 * countIf(has(p.platforms, 'facebook')) / bodies, 1) AS facebook,
    round(100 * countIf(has(p.platforms, 'instagram')) / bodies, 1) AS instagram,
    round(100 * countIf(has(p.platforms, 'x')) / bodies, 1) AS x,
    round(100 * countIf(has(p.platforms, 'youtube')) / bodies, 1) AS youtube,
    round(100 * countIf(has(p.platforms, 'linkedin')) / bodies, 1) AS linkedin,
    round(100 * countIf(has(p.platforms, 'tiktok')) / bodies, 1) AS tiktok,
    round(100 * countIf(has(p.platforms, 'threads')) / bodies, 1) AS threads,
    round(100 * countIf(has(p.platforms, 'snapchat')) / bodies, 1) AS snapchat,
    round(100 * countIf(has(p.platforms, 'mastodon')) / bodies, 1) AS mastodon,
    round(100 * countIf(has(p.platforms, 'bluesky')) / bodies, 1) AS bluesky,
    round(100 * countIf(has(p.platforms, 'peertube')) / bodies, 1) AS peertube,
    round(100 * countIf(has(p.platforms, 'telegram')) / bodies, 1) AS telegram,
    round(100 * countIf(hasAny(p.platforms, ['panneaupocket', 'illiwap', 'intramuros', 'cityall',
        'citykomi', 'mymairie', 'neocity', 'citizenapps', 'imagina', 'lapagelocale', 'betterstreet',
        'city_app', 'sms_alert'])) / bodies, 1) AS alert_app,
    round(100 * countIf(has(p.platforms, 'whatsapp')) / bodies, 1) AS whatsapp
FROM v_collectivity AS c
LEFT JOIN presence AS p ON p.collectivity_id = c.collectivity_id
GROUP BY category, stratum
ORDER BY
    indexOf(['region', 'collectivite_territoriale_unique', 'departement', 'collectivite_outre_mer',
             'metropole', 'communaute_urbaine', 'communaute_agglomeration', 'communaute_communes',
             'etablissement_public_territorial', 'commune'], category),
    min(c.population)
