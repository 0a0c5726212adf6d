-- What the index is told of each account of a judged night, over one window and with one version's weights:
-- one row an account of the night's plan, websites apart (they have no followers and no counters).
--
-- engagement  of each day (UTC) with closed posts the mean of ln(1 + E), E = weighted interactions over the
--             account's components, per thousand followers at publication (else at the window's end); then
--             number, mean and sum of squared deviations of the days. The day is the unit of evidence.
--             A post that lacks a component is left out; so are posts of days on which the night's alerts
--             see a raid, which are counted as set apart.
-- dialogue    of each thread that was watched for seven days its promptness, 1 - min(delay, 7 d) / 7 d;
--             then number, mean and sum of squared deviations.
--
-- What became known after the night is not used, so that a night that is judged again years later comes to
-- the same: a post read at seven days by a later run was young then, and threads are as they stood at the
-- window's end. Where counters may not be kept for as long as the window, there is no engagement.
--
-- Values are summed in rising order, so that no order of rows and no number of threads shows in the last digit.
-- Parameters: night, window_days, as_of (end of the window), reactions_weight, comments_weight,
-- shares_weight. Reads: one night of account_figure, alert and stratum_coverage, and the weeks of the window
-- of post_figure and thread_figure.
WITH
    {as_of:DateTime64(3, 'UTC')} AS window_end,
    window_end - toIntervalDay({window_days:UInt16}) AS window_start,
    accounts AS
    (
        SELECT * FROM account_figure
        WHERE night = {night:Date} AND window_days = {window_days:UInt16} AND platform != 'website'
    ),
    raided AS
    (
        SELECT account_id, day FROM alert WHERE night = {night:Date} AND kind = 'raid'
    ),
    closed AS
    (
        SELECT
            post.account_id AS account_id,
            toDate(post.published_at) AS day,
            (post.account_id, toDate(post.published_at)) IN (SELECT account_id, day FROM raided) AS is_set_apart,
            if(accounts.components = '', NULL,
               if(position(accounts.components, 'R') > 0, post.reactions * {reactions_weight:Float64}, 0)
               + if(position(accounts.components, 'K') > 0, post.comments * {comments_weight:Float64}, 0)
               + if(position(accounts.components, 'S') > 0, post.shares * {shares_weight:Float64}, 0))
            / nullIf(coalesce(toFloat64(post.followers), accounts.followers), 0) * 1000 AS e
        FROM post_figure AS post
        INNER JOIN accounts ON accounts.account_id = post.account_id
        WHERE post.published_at >= window_start AND post.published_at < window_end
          AND accounts.unavailable['interactions'] != 'retention_expired'
          AND post.is_young = 0 AND toDateOrZero(substring(post.run_id, 1, 10)) <= {night:Date}
    ),
    days AS
    (
        SELECT account_id, day, countIf(NOT is_set_apart AND e IS NOT NULL) AS posts,
               countIf(is_set_apart) AS posts_set_apart,
               arrayAvg(arraySort(groupArrayIf(log1p(assumeNotNull(e)), NOT is_set_apart AND e IS NOT NULL))) AS value
        FROM closed
        GROUP BY account_id, day
    ),
    engagement AS
    (
        SELECT account_id, sum(of_day) AS posts, sum(apart_of_day) AS posts_set_apart,
               arraySort(groupArrayIf(value, of_day > 0)) AS values, length(values) AS days,
               arrayAvg(values) AS mean,
               arraySum(arrayMap(it -> pow(it - mean, 2), values)) AS squares
        FROM (SELECT account_id, posts AS of_day, posts_set_apart AS apart_of_day, value FROM days)
        GROUP BY account_id
    ),
    watched AS
    (
        SELECT
            account_id,
            toInt64(toUnixTimestamp(opened_at)) AS opened,
            toInt64(toUnixTimestamp(least(seen_until, window_end))) - opened AS watched_secs,
            if(replied_at <= window_end,
               greatest(toInt64(toUnixTimestamp(assumeNotNull(replied_at))) - opened, 0), 604800) AS delay_secs
        FROM thread_figure
        WHERE opened_at >= window_start AND opened_at < window_end
    ),
    dialogue AS
    (
        SELECT account_id, arraySort(groupArray(1 - least(delay_secs, 604800) / 604800)) AS values,
               length(values) AS threads, arrayAvg(values) AS mean,
               arraySum(arrayMap(it -> pow(it - mean, 2), values)) AS squares
        FROM watched
        WHERE watched_secs >= 604800
        GROUP BY account_id
    )
SELECT
    accounts.account_id AS account_id,
    toString(accounts.platform) AS platform,
    accounts.handle AS handle,
    accounts.collectivity_id AS collectivity_id,
    toString(accounts.category) AS category,
    toString(accounts.stratum) AS stratum,
    accounts.population AS population,
    toString(accounts.department_code) AS department_code,
    toString(accounts.region_code) AS region_code,
    toString(accounts.components) AS components,
    toUInt64(accounts.followers) AS followers,
    accounts.coverage AS coverage,
    accounts.posts_per_week AS posts_per_week,
    accounts.interactions AS interactions,
    toUInt32(engagement.posts) AS posts,
    toUInt32(engagement.posts_set_apart) AS posts_set_apart,
    toUInt32(engagement.days) AS engagement_days,
    ifNotFinite(engagement.mean, 0.) AS engagement_mean,
    ifNotFinite(engagement.squares, 0.) AS engagement_squares,
    accounts.threads IS NOT NULL AS threads_known,
    toUInt32(dialogue.threads) AS closed_threads,
    dialogue.mean AS promptness_mean,
    dialogue.squares AS promptness_squares,
    toString(accounts.unavailable['followers']) AS followers_why,
    toString(accounts.unavailable['coverage']) AS coverage_why,
    toString(accounts.unavailable['posts_per_week']) AS posts_why,
    toString(multiIf(accounts.unavailable['interactions'] = 'retention_expired', 'retention_expired',
                     mapContains(accounts.unavailable, 'e_post_mean'), accounts.unavailable['e_post_mean'],
                     accounts.unavailable['posts_per_week'])) AS engagement_why,
    toString(accounts.unavailable['threads']) AS threads_why,
    stratum_coverage.is_covered AS is_covered
FROM accounts
LEFT JOIN engagement ON engagement.account_id = accounts.account_id
LEFT JOIN dialogue ON dialogue.account_id = accounts.account_id
LEFT JOIN (SELECT platform, category, stratum, is_covered FROM stratum_coverage WHERE night = {night:Date})
    AS stratum_coverage
    ON stratum_coverage.platform = accounts.platform AND stratum_coverage.category = accounts.category
   AND stratum_coverage.stratum = accounts.stratum
ORDER BY account_id
SETTINGS join_use_nulls = 0, max_bytes_before_external_group_by = 500000000
