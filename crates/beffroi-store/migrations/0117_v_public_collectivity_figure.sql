-- The figures of collectivities as far as they may be published. A sum of which all other accounts are published
-- would tell the last by subtraction: it is NULL where exactly one account in it may be published only in
-- aggregates, and where one may not be published at all. Where no policy was written yet nothing is shown. Read it
-- with `WHERE night = …`: a night is a partition.
CREATE OR REPLACE VIEW v_public_collectivity_figure
(
    night Date COMMENT 'the judged night: the windows end at its run''s as_of',
    run_id LowCardinality(String) COMMENT 'the run whose figures end the windows',
    window_days UInt16 COMMENT 'length of the window: 7, 28, 90 or 365 days',
    collectivity_id String COMMENT 'whose accounts; an account of several collectivities counts for the first one',
    category LowCardinality(String) COMMENT 'of the collectivity; empty: not in the registry',
    stratum LowCardinality(String) COMMENT 'of its population; empty: not in the registry',
    population Nullable(UInt32) COMMENT 'its inhabitants; NULL: not known',
    department_code LowCardinality(String) COMMENT 'its department',
    region_code LowCardinality(String) COMMENT 'its region',
    accounts UInt16 COMMENT 'its accounts in the night''s plan, websites apart',
    posts_per_week Nullable(Float64) COMMENT 'posts per week of all of them, young posts included',
    interactions Nullable(Float64) COMMENT 'sum of the accounts'' interactions, each over its own `components`',
    interactions_per_inhabitant Nullable(Float64) COMMENT 'interactions per thousand inhabitants and week',
    threads Nullable(Float64) COMMENT 'threads that visitors opened in the window',
    reply_rate Nullable(Float64) COMMENT 'share of threads answered within 7 days, of those watched for 7 days; at least 10',
    answered_2h Nullable(Float64) COMMENT 'share of threads answered within 2 hours, of those watched for 2 hours; at least 10',
    answered_24h Nullable(Float64) COMMENT 'share of threads answered within 24 hours, of those watched for 24 hours; at least 10',
    reply_delay_quartile Nullable(Float64) COMMENT 'hours until a quarter of the threads is answered (Kaplan-Meier)',
    reply_delay_median Nullable(Float64) COMMENT 'hours until half of the threads are answered (Kaplan-Meier)',
    reply_delay_upper_quartile Nullable(Float64) COMMENT 'hours until three quarters of the threads are answered (Kaplan-Meier)',
    closed_threads UInt32 COMMENT 'threads of the window that were answered or watched for seven days',
    is_partial UInt8 COMMENT '1: of an account in `interactions` not all three components are known',
    posts_platforms Array(LowCardinality(String)) COMMENT 'the platform of each account in posts_per_week, once for each account',
    interactions_platforms Array(LowCardinality(String)) COMMENT 'the same of interactions',
    dialogue_platforms Array(LowCardinality(String)) COMMENT 'the same of threads and replies',
    not_combined Array(LowCardinality(String)) COMMENT 'platforms whose figures are left out because their terms forbid to combine them',
    is_covered UInt8 COMMENT '1: the strata of all accounts in the figures were covered; else to be flagged or withheld',
    unavailable Map(LowCardinality(String), LowCardinality(String)) COMMENT 'missing metric -> reason',
    withheld Array(String) COMMENT 'figures that the platforms'' terms keep out of publications: they are NULL here',
    notice String COMMENT 'words to be shown beside the figures; empty: none'
)
AS WITH
    -- Of each platform those of the metrics that may be published by the account, and those in aggregates alone.
    (SELECT CAST((groupArray(platform), groupArray(metrics)), 'Map(String, Array(String))') FROM
        (SELECT toString(platform) AS platform, groupArray(toString(metric)) AS metrics
         FROM policy FINAL WHERE publish != 'no' GROUP BY platform)) AS publishable,
    (SELECT CAST((groupArray(platform), groupArray(metrics)), 'Map(String, Array(String))') FROM
        (SELECT toString(platform) AS platform, groupArray(toString(metric)) AS metrics
         FROM policy FINAL WHERE publish = 'aggregated' GROUP BY platform)) AS aggregated,
    (SELECT arrayDistinct(groupArrayIf((toString(platform), notice), notice != '')) FROM policy FINAL) AS notices,
    (platforms, metrics) -> arrayExists(it -> NOT hasAll(publishable[it], metrics), platforms)
        OR arrayCount(it -> hasAny(aggregated[it], metrics), platforms) = 1 AS is_secret,
    arrayMap(it -> toString(it), posts_platforms) AS of_posts,
    arrayMap(it -> toString(it), interactions_platforms) AS of_interactions,
    arrayMap(it -> toString(it), dialogue_platforms) AS of_dialogue,
    is_secret(of_posts, ['posts']) AS is_posts_secret,
    is_secret(of_interactions, ['posts', 'reactions', 'comments', 'shares']) AS is_interactions_secret,
    is_secret(of_dialogue, ['dialogue']) AS is_dialogue_secret
SELECT
    f.night AS night,
    f.run_id AS run_id,
    f.window_days AS window_days,
    f.collectivity_id AS collectivity_id,
    f.category AS category,
    f.stratum AS stratum,
    f.population AS population,
    f.department_code AS department_code,
    f.region_code AS region_code,
    f.accounts AS accounts,
    if(is_posts_secret, NULL, f.posts_per_week) AS posts_per_week,
    if(is_interactions_secret, NULL, f.interactions) AS interactions,
    if(is_interactions_secret, NULL, f.interactions_per_inhabitant) AS interactions_per_inhabitant,
    if(is_dialogue_secret, NULL, f.threads) AS threads,
    if(is_dialogue_secret, NULL, f.reply_rate) AS reply_rate,
    if(is_dialogue_secret, NULL, f.answered_2h) AS answered_2h,
    if(is_dialogue_secret, NULL, f.answered_24h) AS answered_24h,
    if(is_dialogue_secret, NULL, f.reply_delay_quartile) AS reply_delay_quartile,
    if(is_dialogue_secret, NULL, f.reply_delay_median) AS reply_delay_median,
    if(is_dialogue_secret, NULL, f.reply_delay_upper_quartile) AS reply_delay_upper_quartile,
    if(is_dialogue_secret, 0, f.closed_threads) AS closed_threads,
    f.is_partial AS is_partial,
    f.posts_platforms AS posts_platforms,
    f.interactions_platforms AS interactions_platforms,
    f.dialogue_platforms AS dialogue_platforms,
    f.not_combined AS not_combined,
    f.is_covered AS is_covered,
    f.unavailable AS unavailable,
    arrayConcat(
        if(is_posts_secret, ['posts_per_week'], []),
        if(is_interactions_secret, ['interactions', 'interactions_per_inhabitant'], []),
        if(is_dialogue_secret, ['threads', 'reply_rate', 'answered_2h', 'answered_24h', 'reply_delay_quartile', 'reply_delay_median', 'reply_delay_upper_quartile', 'closed_threads'], [])) AS withheld,
    arrayStringConcat(arrayMap(it -> concat(it.1, ': ', it.2),
        arrayFilter(it -> has(arrayConcat(of_posts, of_interactions, of_dialogue), it.1), notices)), '; ') AS notice
FROM collectivity_figure AS f
COMMENT 'v_collectivity_figure as far as the platforms'' terms let it be published'
