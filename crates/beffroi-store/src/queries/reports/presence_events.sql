-- What changed in presence: accounts opened, come back, closed, departed from, renamed and moved, and the night
-- each was seen, the latest first.
-- Parameters: since, until, platform, category, stratum, department, region (empty: all), limit.
-- Reads: presence_event, the months of the period; uncovered_account; the present registry.
SELECT
    e.night AS night,
    e.run_id AS run_id,
    toString(e.event) AS kind,
    toString(e.platform) AS platform,
    toString(e.account_id) AS account_id,
    e.detail AS detail,
    c.name AS collectivity,
    e.collectivity_id AS collectivity_id,
    c.category AS category,
    c.stratum AS stratum,
    c.department_code AS department_code,
    c.region_code AS region_code,
    c.population AS population,
    if(cityHash64(e.account_id, e.night) IN (SELECT cityHash64(account_id, night) FROM uncovered_account), ['not_covered'], []) AS flags
FROM (SELECT * FROM presence_event FINAL WHERE night >= {since:Date} AND night <= {until:Date}) AS e
INNER JOIN v_collectivity AS c ON c.collectivity_id = e.collectivity_id
WHERE ({platform:String} = '' OR e.platform = {platform:String})
  AND ({category:String} = '' OR c.category = {category:String})
  AND ({stratum:String} = '' OR c.stratum = {stratum:String})
  AND ({department:String} = '' OR c.department_code = {department:String})
  AND ({region:String} = '' OR c.region_code = {region:String})
ORDER BY night DESC, kind, platform, collectivity, account_id
LIMIT {limit:UInt32}
