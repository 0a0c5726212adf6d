-- How collectivities engage over all their accounts on networks: one line a collectivity, its figures over the
-- window before a judged night, those with the most interactions per inhabitant first. NULL is unknown, never zero,
-- and `unavailable` says why. A sum that would tell an account by subtraction is NULL too: where exactly one account
-- in it may be published only in aggregates, or one may not be published at all; then `not_publishable`.
-- Parameters: night, window (days), policy, body (its id; empty: all), category, stratum, department, region (empty: all), limit.
-- Reads: collectivity_figure, one window of one night (the beginning of its sort key); the present registry.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'never', 'Map(String, Array(String))') AS never,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes,
    arrayMap(it -> toString(it), f.posts_platforms) AS of_posts,
    arrayMap(it -> toString(it), f.interactions_platforms) AS of_interactions,
    arrayMap(it -> toString(it), f.dialogue_platforms) AS of_dialogue,
    (aggregated, refused, platforms) -> hasAny(refused, platforms)
        OR arrayCount(it -> has(aggregated, it), platforms) = 1 AS is_secret,
    is_secret(withheld['posts_per_week'], never['posts_per_week'], of_posts) AS is_posts_secret,
    is_secret(withheld['interactions'], never['interactions'], of_interactions) AS is_interactions_secret,
    is_secret(withheld['reply_rate'], never['reply_rate'], of_dialogue) AS is_dialogue_secret
SELECT
    f.night AS night,
    f.run_id AS run_id,
    f.window_days AS window_days,
    c.name AS collectivity,
    f.collectivity_id AS collectivity_id,
    f.category AS category,
    f.stratum AS stratum,
    f.department_code AS department_code,
    f.region_code AS region_code,
    f.population AS population,
    f.accounts AS accounts,
    if(is_posts_secret, NULL, f.posts_per_week) AS posts_per_week,
    if(is_interactions_secret, NULL, f.interactions) AS interactions,
    if(is_interactions_secret, NULL, f.interactions_per_inhabitant) AS interactions_per_inhabitant,
    if(is_dialogue_secret, NULL, f.threads) AS threads,
    if(is_dialogue_secret, NULL, f.closed_threads) AS closed_threads,
    if(is_dialogue_secret, NULL, f.reply_rate) AS reply_rate,
    if(is_dialogue_secret, NULL, f.answered_2h) AS answered_2h,
    if(is_dialogue_secret, NULL, f.answered_24h) AS answered_24h,
    if(is_dialogue_secret, NULL, f.reply_delay_quartile) AS reply_delay_quartile,
    if(is_dialogue_secret, NULL, f.reply_delay_median) AS reply_delay_median,
    if(is_dialogue_secret, NULL, f.reply_delay_upper_quartile) AS reply_delay_upper_quartile,
    arrayDistinct(arraySort(arrayConcat(of_posts, of_interactions, of_dialogue))) AS platforms,
    arrayMap(it -> toString(it), f.not_combined) AS not_combined,
    arrayFilter(flag -> flag != '', [
        if(f.is_partial AND NOT is_interactions_secret, 'partial_e', ''),
        if(f.is_covered = 0, 'not_covered', '')]) AS flags,
    mapUpdate(
        CAST(f.unavailable, 'Map(String, String)'),
        mapFromArrays(
            arrayConcat(
                if(is_posts_secret, ['posts_per_week'], []),
                if(is_interactions_secret, ['interactions', 'interactions_per_inhabitant'], []),
                if(is_dialogue_secret, ['threads', 'closed_threads', 'reply_rate', 'answered_2h', 'answered_24h',
                                        'reply_delay_quartile', 'reply_delay_median', 'reply_delay_upper_quartile'], [])) AS kept_back,
            arrayMap(it -> 'not_publishable', kept_back))) AS unavailable,
    arrayStringConcat(arrayMap(it -> concat(it, ': ', notes[it]), arrayFilter(it -> notes[it] != '', platforms)), '; ') AS policy
FROM collectivity_figure AS f
LEFT JOIN (SELECT collectivity_id, name FROM v_collectivity) AS c ON c.collectivity_id = f.collectivity_id
WHERE f.night = {night:Date} AND f.window_days = {window:UInt16}
  AND ({body:String} = '' OR f.collectivity_id = {body:String})
  AND ({category:String} = '' OR f.category = {category:String})
  AND ({stratum:String} = '' OR f.stratum = {stratum:String})
  AND ({department:String} = '' OR f.department_code = {department:String})
  AND ({region:String} = '' OR f.region_code = {region:String})
ORDER BY interactions_per_inhabitant IS NULL, interactions_per_inhabitant DESC, collectivity, collectivity_id
LIMIT {limit:UInt32}
