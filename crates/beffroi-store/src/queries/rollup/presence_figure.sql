-- Who was where in the judged night {night:Date}, run {run_id:String}, whose windows end at
-- {as_of:DateTime64(3, 'UTC')}: one row for each collectivity and account that counts as its own, by the
-- rule of v_presence (a source of the present registry, or discovery in the last 35 nights, confidence 0.5
-- or more, no correction against it), the present registry being the one in force when the run ended. The
-- account's state is how its last visit within 35 nights ended and, where that was a measurement, whether
-- anything was published in the last 90 days. An account of which no post was ever seen is dormant once it
-- has been looked at for 62 nights: the first look reaches 28 days back.
WITH
    registry AS (
        SELECT max(version) AS in_force FROM registry_version
        WHERE version <= (SELECT ifNull(any(ended_at), now64(3)) FROM run FINAL WHERE run_id = {run_id:String})
    ),
    sources AS (
        SELECT * FROM account FINAL
        WHERE superseded_by = 0 AND source = 'discovery'
          AND night <= {night:Date} AND night > {night:Date} - 35
        UNION ALL
        SELECT * FROM account FINAL
        WHERE superseded_by = 0 AND source != 'discovery'
          AND seen_in = (SELECT concat('registry:', toString(toUnixTimestamp64Milli(in_force))) FROM registry)
    ),
    present AS (
        SELECT
            collectivity_id, platform, account_id,
            argMax(handle, (seen_at, source)) AS its_handle,
            argMax(url, (seen_at, source)) AS its_url,
            max(confidence) AS its_confidence,
            arraySort(groupUniqArray(source)) AS its_sources
        FROM sources
        GROUP BY collectivity_id, platform, account_id
        HAVING countIf(verdict = 'not_own') = 0 AND its_confidence >= 0.5
    ),
    first_told AS (
        SELECT collectivity_id, account_id, min(night) AS first_seen
        FROM account WHERE night <= {night:Date}
        GROUP BY collectivity_id, account_id
    ),
    visits AS (
        SELECT account_id, argMax(outcome, (night, run_id, ended_at)) AS outcome
        FROM job_outcome FINAL
        WHERE night > {night:Date} - 35 AND night <= {night:Date}
        GROUP BY account_id
    ),
    posted AS (
        SELECT
            account_id,
            maxOrNull(published_at) AS last_post_at,
            countIf(NOT is_young) AS closed,
            countIf(NOT is_young AND reactions = 0 AND comments = 0) AS unanswered
        FROM post_figure
        WHERE published_at >= {as_of:DateTime64(3, 'UTC')} - INTERVAL 365 DAY
          AND published_at < {as_of:DateTime64(3, 'UTC')}
        GROUP BY account_id
    ),
    observed AS (
        SELECT account_id,
               argMaxIf(tuple(followers), (observed_at), run_id = {run_id:String}).1 AS its_followers,
               argMax(tuple(posts_total), (night, observed_at)).1 AS its_posts_total,
               countIf(night <= {night:Date} - 62) > 0 AS was_long_watched
        FROM account_observation FINAL
        WHERE night > {night:Date} - 97 AND night <= {night:Date}
          AND (night > {night:Date} - 35 OR night <= {night:Date} - 62)
        GROUP BY account_id
    ),
    sites AS (
        SELECT account_id,
               argMax(tuple(toNullable(reachable), toNullable(https), last_published_at), observed_at) AS site
        FROM site_observation FINAL
        WHERE run_id = {run_id:String} AND night = {night:Date}
        GROUP BY account_id
    ),
    bodies AS (
        SELECT collectivity_id, category, stratum, toNullable(population) AS inhabitants,
               department_code, region_code
        FROM collectivity FINAL
        WHERE version = (SELECT in_force FROM registry)
    )
SELECT
    {night:Date} AS night,
    {run_id:String} AS run_id,
    p.collectivity_id AS collectivity_id,
    b.category AS category,
    b.stratum AS stratum,
    b.inhabitants AS population,
    b.department_code AS department_code,
    b.region_code AS region_code,
    p.platform AS platform,
    p.account_id AS account_id,
    p.its_handle AS handle,
    p.its_url AS url,
    p.its_confidence AS confidence,
    p.its_sources AS sources,
    f.first_seen AS first_seen,
    multiIf(
        v.outcome IN ('absent', 'forbidden', 'failed'), v.outcome,
        v.outcome = '', 'unknown',
        last_post_at >= {as_of:DateTime64(3, 'UTC')} - INTERVAL 90 DAY, 'active',
        last_post_at IS NOT NULL OR o.its_posts_total = 0 OR o.was_long_watched, 'dormant',
        p.platform = 'website', 'active',
        'unknown') AS state,
    if(h.last_post_at IS NULL OR s.site.3 > h.last_post_at, ifNull(s.site.3, h.last_post_at), h.last_post_at) AS last_post_at,
    o.its_followers AS followers,
    p.platform IN ('youtube', 'peertube') AND h.closed >= 5 AND h.unanswered = h.closed AS hosting_only,
    s.site.1 AS reachable,
    s.site.2 AS https,
    if(p.platform = 'website', last_post_at < {as_of:DateTime64(3, 'UTC')} - INTERVAL 90 DAY, NULL) AS stale
FROM present AS p
LEFT JOIN first_told AS f ON f.collectivity_id = p.collectivity_id AND f.account_id = p.account_id
LEFT JOIN visits AS v ON v.account_id = p.account_id
LEFT JOIN posted AS h ON h.account_id = p.account_id
LEFT JOIN observed AS o ON o.account_id = p.account_id
LEFT JOIN sites AS s ON s.account_id = p.account_id
LEFT JOIN bodies AS b ON b.collectivity_id = p.collectivity_id
