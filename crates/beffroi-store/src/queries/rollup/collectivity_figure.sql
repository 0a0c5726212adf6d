-- The figures of each collectivity of the judged night {night:Date}, run {run_id:String}, over its accounts on
-- networks and the {window_days:UInt16} days before the night's {as_of:DateTime64(3, 'UTC')}, that moment not
-- included: sums of account_figure, and the threads of all its accounts as one (beffroi-index, `Dialogue`, which a
-- test holds this to).
--
-- Accounts of which a figure is known enter it where its platforms' terms let them be combined, or where all
-- are on one platform, which takes no leave. `left_out` says of which platforms that does not hold. A missing
-- figure is NULL and `unavailable` says why: what all accounts say who could have it, else `no_data`; where none of
-- the known ones may be combined `not_to_be_combined`. Values are summed in rising order, so that no order of
-- rows shows.
WITH
    {as_of:DateTime64(3, 'UTC')} AS end_of_window,
    end_of_window - toIntervalDay({window_days:UInt16}) AS begin_of_window,
    {window_days:UInt16} / 7. AS weeks,
    604800 AS seven_days,
    leave AS (
        SELECT platform,
               minIf(combine, metric = 'posts') AS of_posts,
               minIf(combine, metric IN ('posts', 'reactions', 'comments', 'shares')) AS of_interactions,
               minIf(combine, metric = 'dialogue') AS of_dialogue
        FROM policy FINAL GROUP BY platform
    ),
    uncovered AS (SELECT account_id FROM uncovered_account WHERE night = {night:Date}),
    bodies AS (
        SELECT
            f.collectivity_id AS collectivity_id,
            any(f.category) AS category, any(f.stratum) AS stratum, any(f.population) AS population,
            any(f.department_code) AS department_code, any(f.region_code) AS region_code,
            count() AS accounts,
            -- Of each figure the accounts that have it: platform, value, whether it may be combined, account.
            groupArrayIf((f.platform, assumeNotNull(f.posts_per_week), l.of_posts, f.account_id), f.posts_per_week IS NOT NULL) AS with_posts,
            groupArrayIf((f.platform, assumeNotNull(f.interactions), l.of_interactions, f.account_id), f.interactions IS NOT NULL) AS with_interactions,
            groupArrayIf((f.platform, assumeNotNull(f.threads), l.of_dialogue, f.account_id), f.threads IS NOT NULL) AS with_threads,
            groupUniqArrayIf(f.account_id, f.is_partial) AS partial,
            groupUniqArrayIf(f.account_id, f.account_id IN uncovered) AS not_covered,
            groupUniqArray(f.unavailable['posts_per_week']) AS posts_reasons,
            groupUniqArray(f.unavailable['interactions']) AS interactions_reasons,
            groupUniqArray(f.unavailable['threads']) AS threads_reasons
        FROM account_figure AS f
        LEFT JOIN leave AS l ON l.platform = f.platform
        WHERE f.night = {night:Date} AND f.window_days = {window_days:UInt16}
          AND f.platform != 'website' AND f.collectivity_id != ''
        GROUP BY f.collectivity_id
    ),
    combined AS (
        WITH
            known -> length(arrayDistinct(known.1)) = 1 AS is_alone,
            known -> arrayFilter(it -> is_alone(known) OR it.3 = 1, known) AS entering,
            known -> arrayFilter(it -> NOT (is_alone(known) OR it.3 = 1), known).1 AS left_out
        SELECT
            *,
            entering(with_posts) AS posts_of,
            entering(with_interactions) AS interactions_of,
            entering(with_threads) AS threads_of,
            arraySort(arrayDistinct(arrayConcat(left_out(with_posts), left_out(with_interactions), left_out(with_threads)))) AS not_combined,
            arrayConcat(posts_of.4, interactions_of.4, threads_of.4) AS everybody
        FROM bodies
    ),
    -- As in account_figure.sql.
    threads AS (
        SELECT
            s.collectivity_id AS collectivity_id,
            intDiv(toUnixTimestamp64Milli(t.opened_at), 1000) AS opened,
            if(t.replied_at <= end_of_window, greatest(intDiv(toUnixTimestamp64Milli(t.replied_at), 1000) - opened, 0), NULL) AS delay,
            greatest(intDiv(toUnixTimestamp64Milli(least(t.seen_until, end_of_window)), 1000) - opened, 0) AS watched,
            ifNull(delay <= seven_days, 0) AS is_answered,
            if(is_answered, assumeNotNull(delay), least(if(delay IS NULL, watched, seven_days), seven_days)) AS wait
        FROM thread_figure AS t
        INNER JOIN (SELECT collectivity_id, arrayJoin(threads_of.4) AS account_id FROM combined) AS s
            ON s.account_id = t.account_id
        WHERE t.opened_at >= begin_of_window AND t.opened_at < end_of_window
    ),
    dialogues AS (
        SELECT
            collectivity_id,
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
        FROM threads GROUP BY collectivity_id
    ),
    figures AS (
        SELECT
            c.*,
            d.*,
            if(empty(posts_of), NULL, arraySum(arraySort(posts_of.2))) AS posts_per_week,
            if(empty(interactions_of), NULL, arraySum(arraySort(interactions_of.2))) AS all_interactions,
            if(population > 0, all_interactions / population * 1000 / weeks, NULL) AS per_inhabitant,
            if(empty(threads_of), NULL, arraySum(arraySort(threads_of.2))) AS all_threads
        FROM combined AS c
        LEFT JOIN dialogues AS d ON d.collectivity_id = c.collectivity_id
    ),
    explained AS (
        WITH
            (known, reasons) -> multiIf(notEmpty(known), 'not_to_be_combined', length(reasons) = 1 AND reasons[1] != '', reasons[1], 'no_data') AS why
        SELECT
            *,
            if(all_threads IS NULL, why(with_threads, threads_reasons), 'no_data') AS of_threads,
            if(opened_threads >= 10, 'truncated', of_threads) AS of_delays,
            arrayFilter(it -> it.3, [
                ('posts_per_week', why(with_posts, posts_reasons), posts_per_week IS NULL),
                ('interactions', why(with_interactions, interactions_reasons), all_interactions IS NULL),
                ('interactions_per_inhabitant',
                 if(all_interactions IS NULL, why(with_interactions, interactions_reasons), 'no_data'), per_inhabitant IS NULL),
                ('threads', of_threads, all_threads IS NULL),
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
    collectivity_id, category, stratum, population, department_code, region_code,
    toUInt16(accounts) AS accounts,
    posts_per_week,
    all_interactions AS interactions,
    per_inhabitant AS interactions_per_inhabitant,
    all_threads AS threads,
    reply_rate, answered_2h, answered_24h,
    quartile AS reply_delay_quartile, median AS reply_delay_median, upper_quartile AS reply_delay_upper_quartile,
    toUInt32(closed) AS closed_threads,
    hasAny(partial, interactions_of.4) AS is_partial,
    arraySort(posts_of.1) AS posts_platforms,
    arraySort(interactions_of.1) AS interactions_platforms,
    arraySort(threads_of.1) AS dialogue_platforms,
    not_combined,
    NOT hasAny(not_covered, everybody) AS is_covered,
    mapFromArrays(missing.1, missing.2) AS unavailable
FROM explained
