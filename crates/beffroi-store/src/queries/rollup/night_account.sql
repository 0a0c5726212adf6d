-- The accounts of the plan of run {run_id:String}, the judged night {night:Date}: one row each, with its
-- body, how its job ended, what was seen of it that night, and its last post in the year before
-- {as_of:DateTime64(3, 'UTC')}. Its body is the first of those that it
-- counts for in presence_figure that night, or else of those that the plan names. The `…_days` are for how long
-- the policies let its figures be kept: windows that reach further back can count nothing.
WITH
    registry AS (
        SELECT max(version) AS in_force FROM registry_version
        WHERE version <= (SELECT ifNull(any(ended_at), now64(3)) FROM run FINAL WHERE run_id = {run_id:String})
    ),
    planned AS (
        SELECT
            account_id,
            any(its_platform) AS platform,
            min(its_handle) AS handle,
            arraySort(arrayDistinct(arrayFlatten(groupArray(collectivity_ids))))[1] AS planned_for,
            argMax(its_outcome, (its_outcome != '', -indexOf(['measured', 'unchanged', 'absent', 'forbidden', 'failed'], its_outcome))) AS outcome
        FROM (
            SELECT j.account_id AS account_id, j.platform AS its_platform, j.handle AS its_handle,
                   j.collectivity_ids AS collectivity_ids, toString(o.outcome) AS its_outcome
            FROM (SELECT * FROM job FINAL WHERE run_id = {run_id:String} AND night = {night:Date}) AS j
            LEFT JOIN (SELECT job_id, outcome FROM job_outcome FINAL
                       WHERE run_id = {run_id:String} AND night = {night:Date}) AS o ON o.job_id = j.job_id
        )
        GROUP BY account_id
    ),
    owners AS (
        SELECT account_id, min(collectivity_id) AS owner
        FROM presence_figure WHERE night = {night:Date} GROUP BY account_id
    ),
    observed AS (
        SELECT account_id,
               argMax((followers, threads_opened, implausible, unavailable), observed_at) AS seen
        FROM account_observation FINAL
        WHERE run_id = {run_id:String} AND night = {night:Date}
        GROUP BY account_id
    ),
    -- A website whose publications could not be read is a network whose posts could not.
    sites AS (
        SELECT account_id, argMax(unavailable, observed_at)['posts_28d'] AS posts_reason
        FROM site_observation FINAL
        WHERE run_id = {run_id:String} AND night = {night:Date}
        GROUP BY account_id
    ),
    posted AS (
        SELECT account_id, maxOrNull(published_at) AS last_post_at
        FROM post_figure
        WHERE published_at >= {as_of:DateTime64(3, 'UTC')} - INTERVAL 365 DAY
          AND published_at < {as_of:DateTime64(3, 'UTC')}
        GROUP BY account_id
    ),
    bodies AS (
        SELECT collectivity_id, category, stratum, toNullable(population) AS inhabitants,
               department_code, region_code
        FROM collectivity FINAL
        WHERE version = (SELECT in_force FROM registry)
    ),
    kept AS (
        SELECT platform,
               minIf(store_days, metric = 'posts') AS posts_days,
               minIf(store_days, metric IN ('posts', 'reactions', 'comments', 'shares')) AS counters_days,
               minIf(store_days, metric = 'dialogue') AS dialogue_days
        FROM policy FINAL GROUP BY platform
    )
SELECT
    p.account_id AS account_id,
    p.platform AS platform,
    p.handle AS handle,
    if(w.owner != '', w.owner, p.planned_for) AS collectivity_id,
    b.category AS category,
    b.stratum AS stratum,
    b.inhabitants AS population,
    b.department_code AS department_code,
    b.region_code AS region_code,
    p.outcome AS outcome,
    p.outcome IN ('measured', 'unchanged') AS is_measured,
    o.seen.1 AS followers,
    o.seen.2 IS NOT NULL AS has_dialogue,
    o.seen.3 AS implausible,
    if(s.posts_reason != '', mapUpdate(o.seen.4, map('posts', s.posts_reason)), o.seen.4) AS unavailable,
    h.last_post_at AS last_post_at,
    k.posts_days AS posts_days,
    k.counters_days AS counters_days,
    k.dialogue_days AS dialogue_days
FROM planned AS p
LEFT JOIN owners AS w ON w.account_id = p.account_id
LEFT JOIN observed AS o ON o.account_id = p.account_id
LEFT JOIN posted AS h ON h.account_id = p.account_id
LEFT JOIN sites AS s ON s.account_id = p.account_id
LEFT JOIN bodies AS b ON b.collectivity_id = if(w.owner != '', w.owner, p.planned_for)
LEFT JOIN kept AS k ON k.platform = p.platform
