-- Presence over time: the share of the bodies of today's registry that had an account on each platform, in
-- the last judged night of each month. Accounts found absent do not count.
-- Parameters: since, until, platform, category, stratum, department, region (empty: all), limit.
-- Reads: presence_figure, one night a month; the small table of coverage, to choose the nights.
WITH
    nights AS (
        SELECT max(night) AS last_of_month FROM stratum_coverage
        WHERE night >= {since:Date} AND night <= {until:Date}
        GROUP BY toStartOfMonth(night)
    ),
    (SELECT count() FROM v_collectivity
     WHERE ({category:String} = '' OR category = {category:String})
       AND ({stratum:String} = '' OR stratum = {stratum:String})
       AND ({department:String} = '' OR department_code = {department:String})
       AND ({region:String} = '' OR region_code = {region:String})) AS all_bodies
SELECT
    night,
    platform,
    all_bodies AS bodies,
    uniqExact(collectivity_id) AS with_account,
    with_account / bodies AS share,
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
ORDER BY platform, night
LIMIT {limit:UInt32}
