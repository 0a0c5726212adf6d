-- The figures of each account of the judged night {night:Date}, run {run_id:String}, over the
-- {window_days:UInt16} days before its {as_of:DateTime64(3, 'UTC')}, that moment not included. Formulas and
-- names are those of config/metrics.toml, the choices those of beffroi-index, which a test holds this to.
-- Of the accounts ({accounts:Identifier}, made by night_account.sql) those from {first_account:UUID} to
-- {end_account:UUID}, that one not included: a part of them at a time bounds the memory.
--
-- A post is closed when its reading was made at an age of seven days by that night; only closed posts have
-- figures, all posts have a rhythm. A component (R reactions, K comments, S shares) is in E when at least
-- half of the closed posts give it, and a post's interactions are known when it gives all that are in E.
-- Threads are as they stood at the window's end. A missing figure is NULL and `unavailable` says why: what
-- the observation says of the figure it is made of, else `not_measured` where the job did not end with a
-- measurement, else `no_data`. A quantile of reply delays that is reached later than was watched (seven
-- days at the most) is `truncated`. Values are summed in rising order, so that no order of rows shows.
WITH
    {as_of:DateTime64(3, 'UTC')} AS end_of_window,
    end_of_window - toIntervalDay({window_days:UInt16}) AS begin_of_window,
    {window_days:UInt16} / 7. AS weeks,
    604800 AS seven_days,
    accounts AS (
        SELECT * FROM {accounts:Identifier}
        WHERE account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
    ),
    posts AS (
        SELECT account_id, published_at, post_id, reactions, comments, shares, views, followers, overperformance,
               NOT is_young AND toDate(substring(run_id, 1, 10)) <= {night:Date} AS is_closed
        FROM post_figure
        WHERE published_at >= begin_of_window AND published_at < end_of_window
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
    ),
    -- The posts of each account. `…_given` is the number of closed posts that give the counter;
    -- in the arrays, of which each closed post has one value, -1 is unknown.
    gathered AS (
        SELECT
            account_id,
            count() AS posts,
            countIf(NOT is_closed) AS young,
            countIf(is_closed) AS closed,
            arraySort(groupArray(toUnixTimestamp64Milli(published_at))) AS moments,
            arrayMap(gap -> gap / 1000 / 86400, arrayPopFront(arrayDifference(moments))) AS gaps,
            if(posts > 1, arrayReduce('quantileExactInclusive(0.5)', gaps), NULL) AS median_gap,
            countIf(is_closed AND reactions IS NOT NULL) AS reactions_given,
            countIf(is_closed AND comments IS NOT NULL) AS comments_given,
            countIf(is_closed AND shares IS NOT NULL) AS shares_given,
            reactions_given > 0 AND reactions_given * 2 >= closed AS has_reactions,
            comments_given > 0 AND comments_given * 2 >= closed AS has_comments,
            shares_given > 0 AND shares_given * 2 >= closed AS has_shares,
            if(has_reactions, countIf(is_closed AND reactions > 0) / reactions_given, NULL) AS p1,
            if(has_reactions, sumIf(ifNull(reactions, 0), is_closed) / reactions_given, NULL) AS p2,
            if(has_comments, countIf(is_closed AND comments > 0) / comments_given, NULL) AS c1,
            if(has_comments, sumIf(ifNull(comments, 0), is_closed) / comments_given, NULL) AS c2,
            if(has_shares, countIf(is_closed AND shares > 0) / shares_given, NULL) AS v1,
            if(has_shares, sumIf(ifNull(shares, 0), is_closed) / shares_given, NULL) AS v2,
            countIf(is_closed AND followers IS NULL) AS assumed,
            quantileExactInclusiveIf(0.5)(views, is_closed) AS views_median,
            sumIf(views, is_closed) / countIf(is_closed AND views IS NOT NULL) AS views_mean,
            quantileExactInclusiveIf(0.5)(overperformance, is_closed) AS overperformance,
            groupArrayIf(ifNull(toInt64(reactions), -1), is_closed) AS all_reactions,
            groupArrayIf(ifNull(toInt64(comments), -1), is_closed) AS all_comments,
            groupArrayIf(ifNull(toInt64(shares), -1), is_closed) AS all_shares,
            groupArrayIf(ifNull(toInt64(followers), -1), is_closed) AS all_followers
        FROM posts GROUP BY account_id
    ),
    -- The same (the posts are read once), and E of the single posts, per thousand followers at publication (where not known, at collection), with
    -- each interaction for one, and with comments for two and shares for three.
    engaged AS (
        SELECT
            c.*,
            has_reactions OR has_comments OR has_shares AS is_engaged,
            arrayMap((r, k, s) -> if(NOT is_engaged OR (has_reactions AND r < 0) OR (has_comments AND k < 0) OR (has_shares AND s < 0), -1,
                                     if(has_reactions, r, 0) + if(has_comments, k, 0) + if(has_shares, s, 0)),
                     all_reactions, all_comments, all_shares) AS counts,
            arrayMap((r, k, s, count) -> if(count < 0, -1,
                                            if(has_reactions, r, 0) + 2 * if(has_comments, k, 0) + 3 * if(has_shares, s, 0)),
                     all_reactions, all_comments, all_shares, counts) AS weighted,
            ifNull(toInt64(a.followers), -1) AS at_collection,
            arrayMap(f -> if(f >= 0, f, at_collection), all_followers) AS bases,
            arrayFilter(count -> count >= 0, counts) AS known,
            if(empty(known), NULL, arraySum(known)) AS all_interactions,
            arraySort(arrayFilter(e -> e >= 0, arrayMap((count, base) -> if(count >= 0 AND base > 0, count / base * 1000, -1.), counts, bases))) AS values,
            length(values) AS n,
            toUInt64(floor(n * 0.2)) AS dropped,
            if(n > 0, arrayAvg(values), NULL) AS e_mean,
            if(n > 0, arrayReduce('quantileExactInclusive(0.5)', values), NULL) AS e_median,
            if(n > 0, arrayAvg(arraySlice(values, dropped + 1, n - 2 * dropped)), NULL) AS e_trimmed,
            if(n > 0, arrayAvg(arraySort(arrayFilter(e -> e >= 0, arrayMap((count, base) -> if(count >= 0 AND base > 0, count / base * 1000, -1.), weighted, bases)))), NULL) AS weighted_mean
        FROM gathered AS c
        INNER JOIN accounts AS a ON a.account_id = c.account_id
    ),
    -- Followers at the begin of the window: the last known at most a week before, else the first within
    -- a week after (within half of the window, where that is less).
    begins AS (
        SELECT
            account_id,
            argMaxIf((followers, night), (night, observed_at, run_id), night <= {night:Date} - {window_days:UInt16}) AS before,
            argMinIf((followers, night), (night, observed_at, run_id), night > {night:Date} - {window_days:UInt16}) AS after,
            if(countIf(night <= {night:Date} - {window_days:UInt16}) > 0, before, after) AS begin
        FROM account_observation FINAL
        WHERE night >= {night:Date} - {window_days:UInt16} - 7
          AND night <= {night:Date} - {window_days:UInt16} + least(7, intDiv({window_days:UInt16}, 2))
          AND followers IS NOT NULL
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
        GROUP BY account_id
    ),
    -- Seconds from a thread's opening to its answer, 0 where two servers' clocks put it before, and for
    -- which it was watched; both up to the window's end. A thread waits until its answer or, for want of one
    -- within seven days, is lost from sight when it was last looked at.
    threads AS (
        SELECT
            account_id,
            intDiv(toUnixTimestamp64Milli(opened_at), 1000) AS opened,
            if(replied_at <= end_of_window, greatest(intDiv(toUnixTimestamp64Milli(replied_at), 1000) - opened, 0), NULL) AS delay,
            greatest(intDiv(toUnixTimestamp64Milli(least(seen_until, end_of_window)), 1000) - opened, 0) AS watched,
            ifNull(delay <= seven_days, 0) AS is_answered,
            if(is_answered, assumeNotNull(delay), least(if(delay IS NULL, watched, seven_days), seven_days)) AS wait
        FROM thread_figure
        WHERE opened_at >= begin_of_window AND opened_at < end_of_window
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
    ),
    -- The product-limit estimate (Kaplan & Meier 1958) of the share that still waits, thread by thread in the
    -- order of their waits: of equal ones, the answered come first, and one after the other they come to the same
    -- as together. Products of fractions miss round shares by some units in the last digit: hence 1e-9.
    dialogues AS (
        SELECT
            account_id,
            count() AS opened_threads,
            countIf(watched >= seven_days) AS closed,
            if(closed >= 10, countIf(watched >= seven_days AND is_answered) / closed, NULL) AS reply_rate,
            if(countIf(watched >= 7200) >= 10, countIf(watched >= 7200 AND delay <= 7200) / countIf(watched >= 7200), NULL) AS answered_2h,
            if(countIf(watched >= 86400) >= 10, countIf(watched >= 86400 AND delay <= 86400) / countIf(watched >= 86400), NULL) AS answered_24h,
            arraySort(groupArray(toUInt32(2 * wait + NOT is_answered))) AS ends,
            arrayMap(sum -> exp(sum) - 1e-9, arrayCumSum(arrayMap(
                (end, place) -> if(end % 2 = 0, log(1 - 1 / (opened_threads - place + 1)), 0.), ends, arrayEnumerate(ends)))) AS waiting,
            arrayMap(share -> if(opened_threads >= 10, arrayFirstIndex(it -> it <= share, waiting), 0), [0.75, 0.5, 0.25]) AS places,
            arrayMap(place -> if(place > 0, intDiv(ends[place], 2) / 3600, NULL), places) AS quantiles,
            quantiles[1] AS quartile, quantiles[2] AS median, quantiles[3] AS upper_quartile
        FROM threads GROUP BY account_id
    ),
    figures AS (
        SELECT
            a.account_id AS account_id, a.platform AS platform, a.handle AS handle,
            a.collectivity_id AS collectivity_id, a.category AS category, a.stratum AS stratum,
            a.population AS population, a.department_code AS department_code, a.region_code AS region_code,
            a.is_measured AS is_measured, a.implausible AS implausible, a.unavailable AS unavailable,
            toFloat64(a.followers) AS f,
            b.begin AS begin,
            if(begin.1 > 0, pow(a.followers / begin.1, 7 / ({night:Date} - begin.2)) - 1, NULL) AS growth,
            if(a.population > 0, a.followers / a.population * 1000, NULL) AS coverage,
            {window_days:UInt16} > 28 AND {window_days:UInt16} > a.posts_days AS posts_expired,
            {window_days:UInt16} > 28 AND {window_days:UInt16} > a.counters_days AS counters_expired,
            {window_days:UInt16} > 28 AND {window_days:UInt16} > a.dialogue_days AS threads_expired,
            -- Why there may be none: the list could not be read, or was cut.
            multiIf(mapContains(a.unavailable, 'posts'), a.unavailable['posts'], NOT a.is_measured, 'not_measured', '') AS posts_reason,
            if(ifNull(posts_expired, 0) OR posts_reason = 'truncated' OR (c.posts = 0 AND posts_reason != ''), NULL, c.posts / weeks) AS posts_per_week,
            if(ifNull(posts_expired, 0) OR posts_reason = 'truncated', NULL, c.median_gap) AS gap,
            c.young AS young,
            a.last_post_at AS last_post_at,
            c.closed AS closed, c.assumed AS assumed,
            c.reactions_given AS reactions_given, c.comments_given AS comments_given, c.shares_given AS shares_given,
            c.has_reactions AS has_reactions, c.has_comments AS has_comments, c.has_shares AS has_shares,
            concat(if(has_reactions, 'R', ''), if(has_comments, 'K', ''), if(has_shares, 'S', '')) AS components,
            c.p1 AS p1, c.p2 AS p2, c.c1 AS c1, c.c2 AS c2, c.v1 AS v1, c.v2 AS v2,
            if(a.followers > 0, p2 / a.followers * 1000, NULL) AS p3,
            if(a.followers > 0, c2 / a.followers * 1000, NULL) AS c3,
            if(a.followers > 0, v2 / a.followers * 1000, NULL) AS v3,
            if(components = '', NULL, if(has_reactions, p3, 0.) + if(has_comments, c3, 0.) + if(has_shares, v3, 0.)) AS e,
            c.e_mean AS e_mean, c.e_median AS e_median, c.e_trimmed AS e_trimmed, c.weighted_mean AS weighted_mean,
            if(ifNull(counters_expired, 0), NULL, toFloat64(c.all_interactions)) AS interactions,
            if(a.population > 0, interactions / a.population * 1000 / weeks, NULL) AS per_inhabitant,
            c.views_median AS views_median, if(isNaN(c.views_mean), NULL, c.views_mean) AS views_mean,
            c.overperformance AS overperformance,
            multiIf(ifNull(threads_expired, 0), NULL, d.opened_threads > 0 OR a.has_dialogue, toFloat64(d.opened_threads), NULL) AS threads,
            d.closed AS closed_threads,
            d.reply_rate AS reply_rate, d.answered_2h AS answered_2h, d.answered_24h AS answered_24h,
            d.quartile AS quartile, d.median AS median, d.upper_quartile AS upper_quartile,
            d.opened_threads AS opened_threads
        FROM accounts AS a
        LEFT JOIN engaged AS c ON c.account_id = a.account_id
        LEFT JOIN begins AS b ON b.account_id = a.account_id
        LEFT JOIN dialogues AS d ON d.account_id = a.account_id
    ),
    explained AS (
        WITH
            -- Why a figure is missing that is made of this one.
            figure -> multiIf(mapContains(unavailable, figure), unavailable[figure], NOT is_measured, 'not_measured', 'no_data') AS why
        SELECT
            *,
            if(closed = 0, why('posts'), why('reactions')) AS of_reactions,
            if(closed = 0, why('posts'), why('comments')) AS of_comments,
            if(closed = 0, why('posts'), why('shares')) AS of_shares,
            if(components = '', of_reactions, why('followers')) AS of_engagement,
            -- Nine threads are too few, though they were read.
            if(opened_threads > 0, 'no_data', why('dialogue')) AS of_threads,
            if(opened_threads >= 10, 'truncated', of_threads) AS of_delays,
            arrayFilter(it -> it.3, [
                ('followers', why('followers'), f IS NULL),
                ('weekly_growth', if(f IS NULL, why('followers'), 'no_data'), growth IS NULL),
                ('coverage', if(f IS NULL, why('followers'), 'no_data'), coverage IS NULL),
                ('posts_per_week', if(posts_expired, 'retention_expired', why('posts')), posts_per_week IS NULL),
                ('median_gap', if(posts_expired, 'retention_expired', why('posts')), gap IS NULL),
                ('applause', of_reactions, p2 IS NULL),
                ('conversation', of_comments, c2 IS NULL),
                ('amplification', of_shares, v2 IS NULL),
                ('p1', of_reactions, p1 IS NULL),
                ('p2', of_reactions, p2 IS NULL),
                ('p3', if(p2 IS NULL, of_reactions, why('followers')), p3 IS NULL),
                ('c1', of_comments, c1 IS NULL),
                ('c2', of_comments, c2 IS NULL),
                ('c3', if(c2 IS NULL, of_comments, why('followers')), c3 IS NULL),
                ('v1', of_shares, v1 IS NULL),
                ('v2', of_shares, v2 IS NULL),
                ('v3', if(v2 IS NULL, of_shares, why('followers')), v3 IS NULL),
                ('e', of_engagement, e IS NULL),
                ('e_components', of_reactions, components = ''),
                ('e_post_mean', of_engagement, e_mean IS NULL),
                ('e_post_median', of_engagement, e_median IS NULL),
                ('e_post_trimmed', of_engagement, e_trimmed IS NULL),
                ('er_post', of_engagement, e_mean IS NULL),
                ('weighted_e_post', of_engagement, weighted_mean IS NULL),
                ('interactions', if(counters_expired, 'retention_expired', of_reactions), interactions IS NULL),
                ('interactions_per_inhabitant',
                 multiIf(counters_expired, 'retention_expired', interactions IS NULL, of_reactions, 'no_data'),
                 per_inhabitant IS NULL),
                ('views_median', if(closed = 0, why('posts'), why('views')), views_median IS NULL),
                ('views_mean', if(closed = 0, why('posts'), why('views')), views_mean IS NULL),
                ('overperformance', of_reactions, overperformance IS NULL),
                ('threads', if(threads_expired, 'retention_expired', why('dialogue')), threads IS NULL),
                ('reply_rate', of_threads, reply_rate IS NULL),
                ('answered_2h', of_threads, answered_2h IS NULL),
                ('answered_24h', of_threads, answered_24h IS NULL),
                ('reply_delay_quartile', of_delays, quartile IS NULL),
                ('reply_delay_median', of_delays, median IS NULL),
                ('reply_delay_upper_quartile', of_delays, upper_quartile IS NULL)
            ]) AS missing
        FROM figures
    )
SELECT
    {night:Date} AS night,
    {run_id:String} AS run_id,
    {window_days:UInt16} AS window_days,
    account_id, platform, handle, collectivity_id, category, stratum, population, department_code, region_code,
    f AS followers,
    growth AS weekly_growth,
    coverage,
    posts_per_week,
    gap AS median_gap,
    p2 AS applause, c2 AS conversation, v2 AS amplification,
    p1, p2, p3, c1, c2, c3, v1, v2, v3,
    e,
    if(components = '', NULL, toFloat64(length(components))) AS e_components,
    e_mean AS e_post_mean, e_median AS e_post_median, e_trimmed AS e_post_trimmed,
    e_mean / 10 AS er_post,
    weighted_mean AS weighted_e_post,
    interactions,
    per_inhabitant AS interactions_per_inhabitant,
    views_median, views_mean,
    overperformance,
    threads, reply_rate, answered_2h, answered_24h,
    quartile AS reply_delay_quartile, median AS reply_delay_median, upper_quartile AS reply_delay_upper_quartile,
    components,
    length(components) IN (1, 2) AS is_partial,
    toUInt32(closed) AS closed_posts,
    toUInt32(young) AS young_posts,
    toUInt32(assumed) AS posts_assumed_followers,
    toUInt32(closed_threads) AS closed_threads,
    last_post_at,
    implausible,
    mapFromArrays(missing.1, missing.2) AS unavailable
FROM explained
