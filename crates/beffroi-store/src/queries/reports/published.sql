-- Published figures beside ours: each line a figure of the field (in English and French) with its source, and the
-- same share (%) counted in this judged night, over all of France. Sources: Observatoire socialmedia des territoires, editions of 2018
-- and (with Swello) of January 2023, as quoted by Localtis, maire-info, La Gazette and Cap'Com; the
-- seed article of 2012-2018; the State's directory of 2026, counted on the registry shipped; the
-- accounts known in January 2025, counted in absolute numbers ("accounts"), from La Gazette 966350; Marsouin's
-- survey of Breton communes of 2021.
-- Parameters: night, limit. Reads presence_figure, one night; the present registry.
WITH
    ['facebook', 'instagram', 'threads', 'x', 'youtube', 'linkedin', 'snapchat', 'tiktok', 'mastodon',
     'bluesky', 'peertube', 'telegram'] AS networks_known,
    presence AS (
        SELECT collectivity_id, groupUniqArray(toString(platform)) AS platforms
        FROM presence_figure
        WHERE night = {night:Date} AND state != 'absent'
        GROUP BY collectivity_id
    ),
    bodies AS (
        SELECT c.category AS category, c.population AS population, c.region_code AS region_code, p.platforms AS platforms,
               hasAny(p.platforms, networks_known) AS on_networks,
               category IN ('metropole', 'communaute_urbaine', 'communaute_agglomeration', 'communaute_communes') AS is_epci
        FROM v_collectivity AS c
        LEFT JOIN presence AS p ON p.collectivity_id = c.collectivity_id
    )
SELECT {night:Date} AS night, line.1 AS figure, line.2 AS figure_fr, line.3 AS unit, line.4 AS published,
       if(isFinite(line.5), round(line.5, 1), NULL) AS ours,
       mapFilter((name, why) -> why != '', map('ours', if(ours IS NULL, 'no_data', ''))) AS unavailable, line.6 AS source
FROM (
    SELECT arrayJoin([
        ('all bodies: on at least one network', 'toutes les collectivités : sur un réseau au moins', 'percent', '10 (2018), 13.7 (2022)', 100 * countIf(on_networks) / count(), 'maire-info, Localtis'),
        ('all but villages under 2,000: on at least one network', 'toutes, communes de moins de 2 000 habitants exceptées : sur un réseau au moins', 'percent', '53 (2022)', 100 * countIf(on_networks AND NOT (category = 'commune' AND population < 2000)) / countIf(NOT (category = 'commune' AND population < 2000)), 'maire-info 2023'),
        ('cities of 20,000 to 100,000: on at least one network', 'villes de 20 000 à 100 000 habitants : sur un réseau au moins', 'percent', '91.6 (2022)', 100 * countIf(on_networks AND category = 'commune' AND population >= 20000 AND population < 100000) / countIf(category = 'commune' AND population >= 20000 AND population < 100000), 'maire-info 2023'),
        ('towns of 10,000 to 20,000: on at least one network', 'villes de 10 000 à 20 000 habitants : sur un réseau au moins', 'percent', '64 (2018)', 100 * countIf(on_networks AND category = 'commune' AND population >= 10000 AND population < 20000) / countIf(category = 'commune' AND population >= 10000 AND population < 20000), 'maire-info 2019'),
        ('communes under 10,000: on at least one network', 'communes de moins de 10 000 habitants : sur un réseau au moins', 'percent', '9 (2018)', 100 * countIf(on_networks AND category = 'commune' AND population < 10000) / countIf(category = 'commune' AND population < 10000), 'seed article'),
        ('EPCI: on at least one network', 'EPCI : sur un réseau au moins', 'percent', '20 (2018)', 100 * countIf(on_networks AND is_epci) / countIf(is_epci), 'Cap''Com 2019'),
        ('all bodies: with a website', 'toutes les collectivités : avec un site', 'percent', '44 (2018), 44.4 (2022)', 100 * countIf(has(platforms, 'website')) / count(), 'Localtis, maire-info'),
        ('communes: with a website', 'communes : avec un site', 'percent', '61.5 (2026)', 100 * countIf(has(platforms, 'website') AND category = 'commune') / countIf(category = 'commune'), 'DILA directory'),
        ('EPCI: with a website', 'EPCI : avec un site', 'percent', '90 (2018)', 100 * countIf(has(platforms, 'website') AND is_epci) / countIf(is_epci), 'seed article'),
        ('régions and départements: with a website', 'régions et départements : avec un site', 'percent', '100 (2018)', 100 * countIf(has(platforms, 'website') AND category IN ('region', 'departement')) / countIf(category IN ('region', 'departement')), 'seed article'),
        ('bodies on networks: on Facebook', 'présentes sur un réseau : sur Facebook', 'percent', '92 (2018), 94 (2022)', 100 * countIf(has(platforms, 'facebook')) / countIf(on_networks), 'maire-info, Swello'),
        ('bodies on networks: on Twitter/X', 'présentes sur un réseau : sur Twitter/X', 'percent', '38 (2018), 35 (2022)', 100 * countIf(has(platforms, 'x')) / countIf(on_networks), 'maire-info, Swello'),
        ('bodies on networks: on Instagram', 'présentes sur un réseau : sur Instagram', 'percent', '18 (2018), 26 (2022)', 100 * countIf(has(platforms, 'instagram')) / countIf(on_networks), 'La Gazette'),
        ('bodies on networks: on YouTube', 'présentes sur un réseau : sur YouTube', 'percent', '21 (2018)', 100 * countIf(has(platforms, 'youtube')) / countIf(on_networks), 'maire-info 2019'),
        ('bodies on networks: on LinkedIn', 'présentes sur un réseau : sur LinkedIn', 'percent', '8 (2018)', 100 * countIf(has(platforms, 'linkedin')) / countIf(on_networks), 'maire-info 2019'),
        ('bodies on networks: on one alone', 'présentes sur un réseau : sur un seul', 'percent', '52 (2022)', 100 * countIf(length(arrayIntersect(platforms, networks_known)) = 1) / countIf(on_networks), 'Localtis'),
        ('régions: on Instagram', 'régions : sur Instagram', 'percent', '76 (2022)', 100 * countIf(has(platforms, 'instagram') AND category = 'region') / countIf(category = 'region'), 'La Gazette 2023'),
        ('Facebook: accounts', 'Facebook : comptes', 'accounts', '4700 (2025)', toFloat64(countIf(has(platforms, 'facebook'))), 'La Gazette 2025'),
        ('X: accounts', 'X : comptes', 'accounts', '1677 (2025)', toFloat64(countIf(has(platforms, 'x'))), 'La Gazette 2025'),
        ('YouTube: accounts', 'YouTube : comptes', 'accounts', '1450 (2025)', toFloat64(countIf(has(platforms, 'youtube'))), 'La Gazette 2025'),
        ('Instagram: accounts', 'Instagram : comptes', 'accounts', '1416 (2025)', toFloat64(countIf(has(platforms, 'instagram'))), 'La Gazette 2025'),
        ('Breton communes: on at least one network', 'communes bretonnes : sur un réseau au moins', 'percent', '68 (2021)', 100 * countIf(on_networks AND category = 'commune' AND region_code = '53') / countIf(category = 'commune' AND region_code = '53'), 'Marsouin 2021'),
        ('régions: on Facebook', 'régions : sur Facebook', 'percent', '100 (2018)', 100 * countIf(has(platforms, 'facebook') AND category = 'region') / countIf(category = 'region'), 'seed article'),
        ('départements: on Facebook', 'départements : sur Facebook', 'percent', '97 (2018)', 100 * countIf(has(platforms, 'facebook') AND category = 'departement') / countIf(category = 'departement'), 'seed article'),
        ('régions: on X', 'régions : sur X', 'percent', '94 (2018)', 100 * countIf(has(platforms, 'x') AND category = 'region') / countIf(category = 'region'), 'idcite 2019'),
        ('cities of 20,000 to 100,000: on Facebook', 'villes de 20 000 à 100 000 habitants : sur Facebook', 'percent', '89 (2018)', 100 * countIf(has(platforms, 'facebook') AND category = 'commune' AND population >= 20000 AND population < 100000) / countIf(category = 'commune' AND population >= 20000 AND population < 100000), 'maire-info 2019'),
        ('départements: on Instagram', 'départements : sur Instagram', 'percent', '85 (2022)', 100 * countIf(has(platforms, 'instagram') AND category = 'departement') / countIf(category = 'departement'), 'La Gazette 2023')
    ]) AS line
    FROM bodies
)
LIMIT {limit:UInt32}
