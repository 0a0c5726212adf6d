-- What alerts are looked for in: the days and weeks before a judged night, one row for each account of the
-- night's plan from `first` to `last` (in the order of ids), websites apart.
--
-- followers   (day, count) of each night on which they were seen
-- days        (day, posts, young, reactions, comments, shares) of each day with posts; a sum is NULL where a
--             post's counter is not known, and `young` counts the posts whose counters may still rise
-- threads     (day, opened, answered) of each day on which visitors opened threads
-- followers_year_before  the median of the counts seen within a week of the day 52 weeks before the night
-- weeks       (monday, posts, counted, interactions, log_sum) of the weeks with posts whose posts are all closed:
--             interactions over the account's components, NULL where a post lacks one; `counted` posts lack
--             none, and `log_sum` is the sum of the logarithms of one and their interactions
-- posted_on   the days with posts of the last year
--
-- What became known after the night is not used (see profiles.sql).
-- Parameters: night, as_of, first, last, days (how far back), weeks (how far back), window_days (of the
-- night's figures that name the components). Reads: the accounts' own key ranges.
WITH
    {as_of:DateTime64(3, 'UTC')} AS window_end,
    accounts AS
    (
        SELECT account_id, platform, stratum, collectivity_id, components, posts_per_week IS NOT NULL AS posts_known
        FROM account_figure
        WHERE night = {night:Date} AND window_days = {window_days:UInt16} AND platform != 'website'
          AND account_id BETWEEN {first:UUID} AND {last:UUID}
    ),
    followers AS
    (
        SELECT account_id, groupArray((day, count)) AS followers
        FROM
        (
            SELECT account_id, night AS day, assumeNotNull(argMax(followers, observed_at)) AS count
            FROM account_observation FINAL
            WHERE account_id BETWEEN {first:UUID} AND {last:UUID}
              AND night > {night:Date} - {days:UInt16} AND night <= {night:Date} AND followers IS NOT NULL
            GROUP BY account_id, night
            ORDER BY account_id, night
        )
        GROUP BY account_id
    ),
    followers_before AS
    (
        SELECT account_id, quantileExact(0.5)(assumeNotNull(followers)) AS count
        FROM account_observation FINAL
        WHERE account_id BETWEEN {first:UUID} AND {last:UUID}
          AND night >= {night:Date} - 371 AND night <= {night:Date} - 357 AND followers IS NOT NULL
        GROUP BY account_id
    ),
    posts AS
    (
        SELECT
            account_id, toDate(published_at) AS day,
            toDateOrZero(substring(run_id, 1, 10)) <= {night:Date} AS is_seen,
            is_young OR NOT is_seen AS young,
            if(is_seen, reactions, NULL) AS reactions,
            if(is_seen, comments, NULL) AS comments,
            if(is_seen, shares, NULL) AS shares
        FROM post_figure
        WHERE account_id BETWEEN {first:UUID} AND {last:UUID} AND published_at < window_end
          AND published_at >= toMonday({night:Date}) - 7 * {weeks:UInt16}
    ),
    days AS
    (
        SELECT account_id, groupArray((day, posts, young, reactions, comments, shares)) AS days
        FROM
        (
            SELECT account_id, day, toUInt32(count()) AS posts, toUInt32(countIf(young)) AS young,
                   if(countIf(posts.reactions IS NULL) = 0, sum(posts.reactions), NULL) AS reactions,
                   if(countIf(posts.comments IS NULL) = 0, sum(posts.comments), NULL) AS comments,
                   if(countIf(posts.shares IS NULL) = 0, sum(posts.shares), NULL) AS shares
            FROM posts
            WHERE day > {night:Date} - {days:UInt16}
            GROUP BY account_id, day
            ORDER BY account_id, day
        )
        GROUP BY account_id
    ),
    weeks AS
    (
        SELECT account_id, groupArray((monday, posts, known, interactions, log_sum)) AS weeks
        FROM
        (
            SELECT account_id, toMonday(day) AS monday, toUInt32(count()) AS posts, toUInt32(count(counted)) AS known,
                   if(known = posts, sum(counted), NULL) AS interactions,
                   ifNull(sum(log1p(counted)), 0) AS log_sum
            FROM
            (
                SELECT posts.account_id AS account_id, day,
                       if(accounts.components = '' OR young, NULL,
                          if(position(accounts.components, 'R') > 0, posts.reactions, 0)
                          + if(position(accounts.components, 'K') > 0, posts.comments, 0)
                          + if(position(accounts.components, 'S') > 0, posts.shares, 0)) AS counted
                FROM posts
                INNER JOIN accounts ON accounts.account_id = posts.account_id
            )
            WHERE monday + 14 <= toDate(window_end)
            GROUP BY account_id, monday
            ORDER BY account_id, monday
        )
        GROUP BY account_id
    ),
    posted AS
    (
        SELECT account_id, arraySort(groupUniqArray(day)) AS posted_on
        FROM posts
        WHERE day > {night:Date} - 365
        GROUP BY account_id
    ),
    threads AS
    (
        SELECT account_id, groupArray((day, opened, answered)) AS threads
        FROM
        (
            SELECT account_id, toDate(opened_at) AS day, toUInt32(count()) AS opened,
                   toUInt32(countIf(replied_at <= window_end)) AS answered
            FROM thread_figure
            WHERE account_id BETWEEN {first:UUID} AND {last:UUID} AND opened_at < window_end
              AND opened_at >= {night:Date} - {days:UInt16}
            GROUP BY account_id, day
            ORDER BY account_id, day
        )
        GROUP BY account_id
    )
SELECT
    accounts.account_id AS account_id,
    toString(accounts.platform) AS platform,
    toString(accounts.stratum) AS stratum,
    accounts.collectivity_id AS collectivity_id,
    accounts.posts_known AS posts_known,
    followers.followers AS followers,
    nullIf(followers_before.count, 0) AS followers_year_before,
    days.days AS days,
    threads.threads AS threads,
    weeks.weeks AS weeks,
    posted.posted_on AS posted_on
FROM accounts
LEFT JOIN followers ON followers.account_id = accounts.account_id
LEFT JOIN followers_before ON followers_before.account_id = accounts.account_id
LEFT JOIN days ON days.account_id = accounts.account_id
LEFT JOIN threads ON threads.account_id = accounts.account_id
LEFT JOIN weeks ON weeks.account_id = accounts.account_id
LEFT JOIN posted ON posted.account_id = accounts.account_id
ORDER BY account_id
SETTINGS join_use_nulls = 0
