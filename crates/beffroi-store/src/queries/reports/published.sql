-- Published figures beside ours: each line a figure of the field (in English and French) with its source, and the
-- same share (%) counted in this judged night, over all of France. Sources: Observatoire socialmedia des territoires, editions of 2018
-- and (with Swello) of January 2023, as quoted by Localtis, maire-info, La Gazette and Cap'Com; the
-- seed article of 2012-2018; the State's directory of 2026, counted on the registry shipped; the
-- accounts known in January 2025, counted in absolute numbers ("accounts"), from La Gazette 966350; Marsouin's
-- survey of Breton communes of 2021.
-- `stratum_share` is the share of the accounts of the line's bodies (of Breton communes: of all communes) on its
-- platform that the night measured; of what is on several platforms, or is only read on websites, the share of the
-- websites. A line is `not_covered` where that or the share of the websites is below `min_coverage`.
-- Parameters: night, min_coverage, limit. Reads presence_figure and stratum_coverage, one night; the present registry.
WITH
    ['facebook', 'instagram', 'threads', 'x', 'youtube', 'linkedin', 'snapchat', 'tiktok', 'mastodon',
     'bluesky', 'peertube', 'telegram'] AS networks_known,
    lines AS (
        SELECT line.1 AS number, line.2 AS part, line.3 AS platform, line.4 AS figure, line.5 AS figure_fr,
               line.6 AS unit, line.7 AS published, line.8 AS source
        FROM (
            SELECT arrayJoin([
                (1, 'all', 'any_network', 'all bodies: on at least one network', 'toutes les collectivités : sur un réseau au moins', 'percent', '10 (2018), 13.7 (2022)', 'maire-info, Localtis'),
                (2, 'all_but_villages', 'any_network', 'all but villages under 2,000: on at least one network', 'toutes, communes de moins de 2 000 habitants exceptées : sur un réseau au moins', 'percent', '53 (2022)', 'maire-info 2023'),
                (3, 'cities', 'any_network', 'cities of 20,000 to 100,000: on at least one network', 'villes de 20 000 à 100 000 habitants : sur un réseau au moins', 'percent', '91.6 (2022)', 'maire-info 2023'),
                (4, 'towns', 'any_network', 'towns of 10,000 to 20,000: on at least one network', 'villes de 10 000 à 20 000 habitants : sur un réseau au moins', 'percent', '64 (2018)', 'maire-info 2019'),
                (5, 'communes_under_10000', 'any_network', 'communes under 10,000: on at least one network', 'communes de moins de 10 000 habitants : sur un réseau au moins', 'percent', '9 (2018)', 'seed article'),
                (6, 'epci', 'any_network', 'EPCI: on at least one network', 'EPCI : sur un réseau au moins', 'percent', '20 (2018)', 'Cap''Com 2019'),
                (7, 'all', 'website', 'all bodies: with a website', 'toutes les collectivités : avec un site', 'percent', '44 (2018), 44.4 (2022)', 'Localtis, maire-info'),
                (8, 'communes', 'website', 'communes: with a website', 'communes : avec un site', 'percent', '61.5 (2026)', 'DILA directory'),
                (9, 'epci', 'website', 'EPCI: with a website', 'EPCI : avec un site', 'percent', '90 (2018)', 'seed article'),
                (10, 'regions_departements', 'website', 'régions and départements: with a website', 'régions et départements : avec un site', 'percent', '100 (2018)', 'seed article'),
                (11, 'on_networks', 'facebook', 'bodies on networks: on Facebook', 'présentes sur un réseau : sur Facebook', 'percent', '92 (2018), 94 (2022)', 'maire-info, Swello'),
                (12, 'on_networks', 'x', 'bodies on networks: on Twitter/X', 'présentes sur un réseau : sur Twitter/X', 'percent', '38 (2018), 35 (2022)', 'maire-info, Swello'),
                (13, 'on_networks', 'instagram', 'bodies on networks: on Instagram', 'présentes sur un réseau : sur Instagram', 'percent', '18 (2018), 26 (2022)', 'La Gazette'),
                (14, 'on_networks', 'youtube', 'bodies on networks: on YouTube', 'présentes sur un réseau : sur YouTube', 'percent', '21 (2018)', 'maire-info 2019'),
                (15, 'on_networks', 'linkedin', 'bodies on networks: on LinkedIn', 'présentes sur un réseau : sur LinkedIn', 'percent', '8 (2018)', 'maire-info 2019'),
                (16, 'on_networks', 'one_network', 'bodies on networks: on one alone', 'présentes sur un réseau : sur un seul', 'percent', '52 (2022)', 'Localtis'),
                (17, 'regions', 'instagram', 'régions: on Instagram', 'régions : sur Instagram', 'percent', '76 (2022)', 'La Gazette 2023'),
                (18, 'all', 'facebook', 'Facebook: accounts', 'Facebook : comptes', 'accounts', '4700 (2025)', 'La Gazette 2025'),
                (19, 'all', 'x', 'X: accounts', 'X : comptes', 'accounts', '1677 (2025)', 'La Gazette 2025'),
                (20, 'all', 'youtube', 'YouTube: accounts', 'YouTube : comptes', 'accounts', '1450 (2025)', 'La Gazette 2025'),
                (21, 'all', 'instagram', 'Instagram: accounts', 'Instagram : comptes', 'accounts', '1416 (2025)', 'La Gazette 2025'),
                (22, 'breton_communes', 'any_network', 'Breton communes: on at least one network', 'communes bretonnes : sur un réseau au moins', 'percent', '68 (2021)', 'Marsouin 2021'),
                (23, 'regions', 'facebook', 'régions: on Facebook', 'régions : sur Facebook', 'percent', '100 (2018)', 'seed article'),
                (24, 'departements', 'facebook', 'départements: on Facebook', 'départements : sur Facebook', 'percent', '97 (2018)', 'seed article'),
                (25, 'regions', 'x', 'régions: on X', 'régions : sur X', 'percent', '94 (2018)', 'idcite 2019'),
                (26, 'cities', 'facebook', 'cities of 20,000 to 100,000: on Facebook', 'villes de 20 000 à 100 000 habitants : sur Facebook', 'percent', '89 (2018)', 'maire-info 2019'),
                (27, 'departements', 'instagram', 'départements: on Instagram', 'départements : sur Instagram', 'percent', '85 (2022)', 'La Gazette 2023')
            ]) AS line
        )
    ),
    presence AS (
        SELECT collectivity_id, groupUniqArray(toString(platform)) AS platforms
        FROM presence_figure
        WHERE night = {night:Date} AND state != 'absent'
        GROUP BY collectivity_id
    ),
    -- The bodies that a line may be about, by what the coverage of a night knows of them too.
    parts AS (
        SELECT category, stratum, arrayFilter(part -> part != '', [
            'all',
            if(category = 'commune' AND stratum IN ('<500', '500-1999'), '', 'all_but_villages'),
            if(category = 'commune', 'communes', ''),
            if(category = 'commune' AND stratum IN ('<500', '500-1999', '2000-3499', '3500-4999', '5000-9999'), 'communes_under_10000', ''),
            if(category = 'commune' AND stratum = '10000-19999', 'towns', ''),
            if(category = 'commune' AND stratum IN ('20000-49999', '50000-99999'), 'cities', ''),
            if(category IN ('metropole', 'communaute_urbaine', 'communaute_agglomeration', 'communaute_communes'), 'epci', ''),
            if(category = 'region', 'regions', ''),
            if(category = 'departement', 'departements', ''),
            if(category IN ('region', 'departement'), 'regions_departements', '')]) AS parts
        FROM (
            SELECT DISTINCT toString(category) AS category, toString(stratum) AS stratum FROM v_collectivity
            UNION DISTINCT
            SELECT DISTINCT toString(category) AS category, toString(stratum) AS stratum
            FROM stratum_coverage WHERE night = {night:Date}
        )
    ),
    counted AS (
        SELECT part, count() AS bodies, CAST(sumMap(there, arrayWithConstant(length(there), 1)), 'Map(String, UInt64)') AS with_account
        FROM (
            SELECT length(arrayIntersect(p.platforms, networks_known)) AS networks,
                   arrayConcat(p.platforms, if(networks > 0, ['any_network'], []), if(networks = 1, ['one_network'], [])) AS there,
                   arrayConcat(s.parts, if(networks > 0, ['on_networks'], []),
                               if(c.category = 'commune' AND c.region_code = '53', ['breton_communes'], [])) AS its_parts
            FROM v_collectivity AS c
            LEFT JOIN presence AS p ON p.collectivity_id = c.collectivity_id
            LEFT JOIN parts AS s ON s.category = c.category AND s.stratum = c.stratum
        )
        ARRAY JOIN its_parts AS part
        GROUP BY part
    ),
    covered AS (
        SELECT part, toString(platform) AS platform, sum(ended_with_figures) / sum(planned) AS share
        FROM (
            SELECT v.platform AS platform, v.planned AS planned, v.ended_with_figures AS ended_with_figures,
                   arrayConcat(s.parts, ['on_networks'], if(v.category = 'commune', ['breton_communes'], [])) AS its_parts
            FROM stratum_coverage AS v
            INNER JOIN parts AS s ON s.category = v.category AND s.stratum = v.stratum
            WHERE v.night = {night:Date}
        )
        ARRAY JOIN its_parts AS part
        GROUP BY part, platform
    )
SELECT
    {night:Date} AS night, l.figure AS figure, l.figure_fr AS figure_fr, l.unit AS unit, l.published AS published,
    round(multiIf(l.unit = 'accounts', toFloat64(c.with_account[l.platform]), c.bodies > 0, 100 * c.with_account[l.platform] / c.bodies, NULL), 1) AS ours,
    mapFilter((name, why) -> why != '', map('ours', if(ours IS NULL, 'no_data', ''))) AS unavailable,
    ifNull(v.share, w.share) AS stratum_share,
    if(least(ifNull(stratum_share, 1), ifNull(w.share, 1)) < {min_coverage:Float64}, ['not_covered'], []) AS flags,
    l.source AS source
FROM lines AS l
LEFT JOIN counted AS c ON c.part = l.part
LEFT JOIN covered AS v ON v.part = l.part AND v.platform = l.platform
LEFT JOIN (SELECT * FROM covered WHERE platform = 'website') AS w ON w.part = l.part
ORDER BY l.number
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
