-- The figures of each platform over the window before a judged night: one line a metric of the catalogue
-- (config/metrics.toml, level `platform`), with how many accounts have it, its mean, median and quartiles over these
-- accounts. E and what is made like it is comparable only over the same components, and has one line for each of
-- them; `components` is empty elsewhere, and where no account has any.
-- A reply delay that is reached later than was watched (seven days at the most) is longer than all that are known,
-- and what rests on it NULL, `truncated`.
-- The figures of fewer than three accounts would tell those of one of them, which the terms may keep to aggregates,
-- and are NULL; so are those that may not be published; `unavailable` says why.
-- `stratum_share` is the share of the platform's accounts that the night measured, over the strata asked for
-- (everywhere in France); a line is `not_covered` where it is below `min_coverage`.
-- Parameters: night, window (days), metrics (JSON: the metrics wanted, each with its unit), policy, platform, category,
-- stratum, department, region (empty: all), min_coverage, limit.
-- Reads: account_figure, one window of one night; stratum_coverage, one night.
WITH
    JSONExtract({metrics:String}, 'Map(String, String)') AS units,
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes,
    -- Of each platform and components each metric: its name, the columns of the gate behind which it stands, whether
    -- it is told apart by components, its quartiles, its sum and count.
    gathered AS (
        WITH
            if(threads >= 10, ifNull(reply_delay_quartile, inf), reply_delay_quartile) AS watched_reply_delay_quartile,
            if(threads >= 10, ifNull(reply_delay_median, inf), reply_delay_median) AS watched_reply_delay_median,
            if(threads >= 10, ifNull(reply_delay_upper_quartile, inf), reply_delay_upper_quartile)
                AS watched_reply_delay_upper_quartile
        SELECT
            platform,
            components,
            any(run_id) AS its_run,
            [
                ('followers', ['followers'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(followers), sumCountState(followers)),
                ('weekly_growth', ['followers'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(weekly_growth), sumCountState(weekly_growth)),
                ('coverage', ['followers'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(coverage), sumCountState(coverage)),
                ('posts_per_week', ['posts_per_week'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(posts_per_week), sumCountState(posts_per_week)),
                ('applause', ['applause'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(applause), sumCountState(applause)),
                ('conversation', ['conversation'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(conversation), sumCountState(conversation)),
                ('amplification', ['amplification'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(amplification), sumCountState(amplification)),
                ('p1', ['applause'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(p1), sumCountState(p1)),
                ('p2', ['applause'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(p2), sumCountState(p2)),
                ('p3', ['applause', 'followers'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(p3), sumCountState(p3)),
                ('c1', ['conversation'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(c1), sumCountState(c1)),
                ('c2', ['conversation'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(c2), sumCountState(c2)),
                ('c3', ['conversation', 'followers'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(c3), sumCountState(c3)),
                ('v1', ['amplification'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(v1), sumCountState(v1)),
                ('v2', ['amplification'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(v2), sumCountState(v2)),
                ('v3', ['amplification', 'followers'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(v3), sumCountState(v3)),
                ('e', ['e'], 1, quantilesExactInclusiveState(0.25, 0.5, 0.75)(e), sumCountState(e)),
                ('e_components', ['e'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(e_components), sumCountState(e_components)),
                ('e_post_mean', ['e'], 1, quantilesExactInclusiveState(0.25, 0.5, 0.75)(e_post_mean), sumCountState(e_post_mean)),
                ('e_post_median', ['e'], 1, quantilesExactInclusiveState(0.25, 0.5, 0.75)(e_post_median), sumCountState(e_post_median)),
                ('e_post_trimmed', ['e'], 1, quantilesExactInclusiveState(0.25, 0.5, 0.75)(e_post_trimmed), sumCountState(e_post_trimmed)),
                ('er_post', ['e'], 1, quantilesExactInclusiveState(0.25, 0.5, 0.75)(er_post), sumCountState(er_post)),
                ('weighted_e_post', ['e'], 1, quantilesExactInclusiveState(0.25, 0.5, 0.75)(weighted_e_post), sumCountState(weighted_e_post)),
                ('interactions', ['interactions'], 1, quantilesExactInclusiveState(0.25, 0.5, 0.75)(interactions), sumCountState(interactions)),
                ('interactions_per_inhabitant', ['interactions'], 1, quantilesExactInclusiveState(0.25, 0.5, 0.75)(interactions_per_inhabitant), sumCountState(interactions_per_inhabitant)),
                ('views_median', ['views_median'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(views_median), sumCountState(views_median)),
                ('views_mean', ['views_median'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(views_mean), sumCountState(views_mean)),
                ('threads', ['reply_rate'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(threads), sumCountState(threads)),
                ('reply_rate', ['reply_rate'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(reply_rate), sumCountState(reply_rate)),
                ('answered_2h', ['reply_rate'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(answered_2h), sumCountState(answered_2h)),
                ('answered_24h', ['reply_rate'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(answered_24h), sumCountState(answered_24h)),
                ('reply_delay_quartile', ['reply_rate'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(watched_reply_delay_quartile), sumCountState(watched_reply_delay_quartile)),
                ('reply_delay_median', ['reply_rate'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(watched_reply_delay_median), sumCountState(watched_reply_delay_median)),
                ('reply_delay_upper_quartile', ['reply_rate'], 0, quantilesExactInclusiveState(0.25, 0.5, 0.75)(watched_reply_delay_upper_quartile), sumCountState(watched_reply_delay_upper_quartile))
            ] AS metrics
        FROM account_figure
        WHERE night = {night:Date} AND window_days = {window:UInt16} AND platform != 'website'
          AND ({platform:String} = '' OR platform = {platform:String})
          AND ({category:String} = '' OR category = {category:String})
          AND ({stratum:String} = '' OR stratum = {stratum:String})
          AND ({department:String} = '' OR department_code = {department:String})
          AND ({region:String} = '' OR region_code = {region:String})
        GROUP BY platform, components
    ),
    figures AS (
        SELECT
            platform,
            place,
            any(name) AS metric,
            if(by_components = 1, components, '') AS its_components,
            any(by_components) = 0 OR its_components != '' OR max(max(components)) OVER (PARTITION BY platform) = '' AS is_line,
            any(its_run) AS run_id,
            any(arrayExists(gate -> has(withheld[gate], platform), gates)) AS is_withheld,
            sumCountMerge(its_sum) AS total,
            total.2 AS n,
            -- What is not finite is beyond what was watched.
            arrayMap(
                it -> if(is_withheld OR n < 3 OR NOT isFinite(it), NULL, it),
                arrayConcat([total.1 / n], quantilesExactInclusiveMerge(0.25, 0.5, 0.75)(its_quartiles))
            ) AS shown
        FROM gathered
        ARRAY JOIN
            metrics.1 AS name, metrics.2 AS gates, metrics.3 AS by_components, metrics.4 AS its_quartiles, metrics.5 AS its_sum,
            arrayEnumerate(metrics) AS place
        WHERE mapContains(units, name)
        GROUP BY platform, place, its_components
    ),
    covered AS (
        SELECT platform, sum(ended_with_figures) / sum(planned) AS share
        FROM stratum_coverage
        WHERE night = {night:Date}
          AND ({category:String} = '' OR category = {category:String})
          AND ({stratum:String} = '' OR stratum = {stratum:String})
        GROUP BY platform
        HAVING sum(planned) > 0
    )
SELECT
    {night:Date} AS night,
    f.run_id AS run_id,
    {window:UInt16} AS window_days,
    f.platform AS platform,
    f.metric AS metric,
    f.its_components AS components,
    units[f.metric] AS unit,
    if(f.is_withheld, NULL, f.n) AS accounts,
    f.shown[1] AS mean,
    f.shown[2] AS lower_quartile,
    f.shown[3] AS median,
    f.shown[4] AS upper_quartile,
    mapFilter((name, why) -> why != '', map(
        f.metric, multiIf(f.is_withheld, 'not_publishable', f.n = 0, 'no_data', f.n < 3, 'too_few_accounts',
                          has(f.shown, NULL), 'truncated', '')
    )) AS unavailable,
    v.share AS stratum_share,
    if(v.share < {min_coverage:Float64}, ['not_covered'], []) AS flags,
    notes[f.platform] AS policy
FROM figures AS f
LEFT JOIN covered AS v ON v.platform = f.platform
WHERE f.is_line
ORDER BY platform, f.place, length(components) DESC, components
LIMIT {limit:UInt32}
-- The rows of a window are too few for ClickHouse to read them with more than one thread by itself.
SETTINGS join_use_nulls = 1,
    merge_tree_min_rows_for_concurrent_read = 16384, merge_tree_min_bytes_for_concurrent_read = 1000000
