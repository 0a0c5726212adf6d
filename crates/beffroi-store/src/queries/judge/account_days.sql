-- What alerts are looked for in: the days and posts before a judged night, one row for each account of the
-- night's plan from `first` to `last` (in the order of ids), websites apart.
--
-- followers   (day, count) of each night on which they were seen
-- posts       (day, young, reactions, comments, shares) of each post, the oldest day first; a counter that is not
--             known is NULL, and those of a young post may still rise
-- threads     (day, opened, answered) of each day on which visitors opened threads
-- followers_year_before  the median of the counts seen within a week of the day 52 weeks before the night
--
-- What became known after the night is not used (see profiles.sql).
-- Parameters: night, as_of, first, last, days (how far back followers and threads are read), weeks (how far back
-- posts are), window_days (of the night's figures that name the components). Reads: the accounts' own key ranges,
-- each post once.
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
        SELECT account_id, arraySort(groupArray((day, young, its_reactions, its_comments, its_shares))) AS posts
        FROM
        (
            SELECT
                account_id, toDate(published_at) AS day,
                toDateOrZero(substring(run_id, 1, 10)) <= {night:Date} AS is_seen,
                is_young OR NOT is_seen AS young,
                if(is_seen, reactions, NULL) AS its_reactions,
                if(is_seen, comments, NULL) AS its_comments,
                if(is_seen, shares, NULL) AS its_shares
            FROM post_figure
            WHERE account_id BETWEEN {first:UUID} AND {last:UUID} AND published_at < window_end
              AND published_at >= toMonday({night:Date}) - 7 * {weeks:UInt16}
        )
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
    toString(accounts.components) AS components,
    accounts.posts_known AS posts_known,
    followers.followers AS followers,
    nullIf(followers_before.count, 0) AS followers_year_before,
    posts.posts AS posts,
    threads.threads AS threads
FROM accounts
LEFT JOIN followers ON followers.account_id = accounts.account_id
LEFT JOIN followers_before ON followers_before.account_id = accounts.account_id
LEFT JOIN posts ON posts.account_id = accounts.account_id
LEFT JOIN threads ON threads.account_id = accounts.account_id
ORDER BY account_id
SETTINGS join_use_nulls = 0
