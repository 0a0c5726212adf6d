-- Presence over time: the share of the bodies of today's registry that had an account on each platform, in
-- the last judged night of each month. Accounts found absent do not count.
-- `stratum_share` and the flag `not_covered` as in presence.sql, over all strata asked for.
-- Parameters: since, until, platform, category, stratum, department, region (empty: all), min_coverage, limit.
-- Reads: presence_figure, one night a month; the small table of coverage, also to choose the nights.
WITH
    nights AS (
        SELECT max(night) AS last_of_month FROM stratum_coverage
        WHERE night >= {since:Date} AND night <= {until:Date}
        GROUP BY toStartOfMonth(night)
    ),
    covered AS (
        SELECT night, platform, sum(planned) AS planned, sum(ended_with_figures) AS ended_with_figures
        FROM stratum_coverage
        WHERE night >= {since:Date} AND night <= {until:Date}
          AND ({category:String} = '' OR category = {category:String})
          AND ({stratum:String} = '' OR stratum = {stratum:String})
        GROUP BY night, platform
    ),
    (SELECT count() FROM v_collectivity
     WHERE ({category:String} = '' OR category = {category:String})
       AND ({stratum:String} = '' OR stratum = {stratum:String})
       AND ({department:String} = '' OR department_code = {department:String})
       AND ({region:String} = '' OR region_code = {region:String})) AS all_bodies,
    counted AS (
        SELECT night, platform,
               uniqExact(collectivity_id) AS with_account,
               uniqExactIf(collectivity_id, state = 'active') AS active_bodies,
               uniqExactIf(collectivity_id, state = 'dormant') AS dormant_bodies
        FROM presence_figure
        WHERE night IN (SELECT last_of_month FROM nights) AND state != 'absent'
          AND ({platform:String} = '' OR platform = {platform:String})
          AND ({category:String} = '' OR category = {category:String})
          AND ({stratum:String} = '' OR stratum = {stratum:String})
          AND ({department:String} = '' OR department_code = {department:String})
          AND ({region:String} = '' OR region_code = {region:String})
        GROUP BY night, platform
    )
SELECT
    p.night AS night,
    p.platform AS platform,
    all_bodies AS bodies,
    p.with_account AS with_account,
    with_account / bodies AS share,
    p.active_bodies AS active_bodies,
    p.dormant_bodies AS dormant_bodies,
    -- What no visit measures is read on the websites.
    if(v.planned > 0, v.ended_with_figures / v.planned, w.ended_with_figures / w.planned) AS stratum_share,
    if(stratum_share < {min_coverage:Float64} OR w.ended_with_figures / w.planned < {min_coverage:Float64},
       ['not_covered'], []) AS flags
FROM counted AS p
LEFT JOIN covered AS v ON v.night = p.night AND v.platform = p.platform
LEFT JOIN (SELECT * FROM covered WHERE platform = 'website') AS w ON w.night = p.night
ORDER BY platform, night
LIMIT {limit:UInt32}
