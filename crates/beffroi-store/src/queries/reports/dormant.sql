-- Who is there and does not speak, and who has left: dormant accounts (they have posts, and none for 90
-- days), channels that only host, websites that are down, stale or without https, accounts found absent, and the events of presence
-- (closed, departed, renamed, moved) since a day. `since` is the last post, or the night of the event.
-- Presence is a public fact, which no policy withholds; the last post and the followers are figures.
-- Parameters: night, since (first day of the events), policy, platform, category, stratum, department,
-- region (empty: all), limit.
-- Reads: presence_figure and stratum_coverage, one night; presence_event, the months from `since` to the night.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes
SELECT
    {night:Date} AS night,
    what.kind AS kind,
    what.since AS since,
    what.platform AS platform,
    what.account AS account,
    toString(what.account_id) AS account_id,
    c.name AS collectivity,
    what.collectivity_id AS collectivity_id,
    c.category AS category,
    c.stratum AS stratum,
    c.department_code AS department_code,
    c.region_code AS region_code,
    c.population AS population,
    what.followers AS followers,
    what.detail AS detail,
    mapFilter((figure, why) -> why != '', map(
        'since', multiIf(what.since IS NOT NULL, '', has(withheld['posts_per_week'], what.platform), 'not_publishable', 'no_data'),
        'followers', multiIf(what.followers IS NOT NULL, '', has(withheld['followers'], what.platform), 'not_publishable',
                             what.platform = 'website', 'not_given_by_platform', 'not_measured')
    )) AS unavailable,
    arrayFilter(flag -> flag != '', [if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    notes[what.platform] AS policy
FROM (
    SELECT arrayJoin(arrayFilter(kind -> kind != '', [
               if(state = 'dormant' AND NOT has(withheld['posts_per_week'], platform), 'dormant', ''),
               if(state = 'absent', 'absent', ''),
               if(hosting_only = 1 AND NOT has(withheld['posts_per_week'], platform), 'hosting_only', ''),
               if(reachable = 0 AND state != 'absent', 'website_down', ''),
               if(reachable = 1 AND https = 0, 'website_without_https', ''),
               if(stale = 1 AND state NOT IN ('dormant', 'absent'), 'website_stale', '')])) AS kind,
           if(has(withheld['posts_per_week'], platform), NULL, toDate(last_post_at)) AS since,
           toString(platform) AS platform, handle AS account, account_id, collectivity_id,
           if(has(withheld['followers'], platform), NULL, followers) AS followers,
           url AS detail
    FROM presence_figure
    WHERE night = {night:Date}
    UNION ALL
    SELECT toString(event) AS kind, toNullable(night) AS since, toString(platform) AS platform,
           detail AS account, account_id, collectivity_id, NULL AS followers, detail
    FROM presence_event FINAL
    WHERE night >= {since:Date} AND night <= {night:Date}
      AND event IN ('closed', 'departed', 'renamed', 'moved')
) AS what
INNER JOIN v_collectivity AS c ON c.collectivity_id = what.collectivity_id
LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
    ON v.platform = what.platform AND v.category = c.category AND v.stratum = c.stratum
WHERE ({platform:String} = '' OR platform = {platform:String})
  AND ({category:String} = '' OR category = {category:String})
  AND ({stratum:String} = '' OR stratum = {stratum:String})
  AND ({department:String} = '' OR department_code = {department:String})
  AND ({region:String} = '' OR region_code = {region:String})
ORDER BY indexOf(['departed', 'closed', 'moved', 'renamed', 'dormant', 'hosting_only', 'absent',
                  'website_down', 'website_stale', 'website_without_https'], kind),
         since DESC NULLS LAST, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
