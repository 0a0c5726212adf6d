-- The reading of each post's counters that counts, for the posts published from {first_week:Date} (a
-- Monday) to the end of the week of {last_week:Date} (a Monday too), of the accounts from
-- {first_account:UUID} to {end_account:UUID}, that one not included.
--
-- It is the first one made at an age of seven days or more, so that posts compare at equal ages; where
-- there is none, the last one, and the post is young. Of a week, readings count up to the 48th night after
-- its Monday: the last one whose roll-up computes the week, so that a week comes to the same however late
-- it is computed again. A reading that was written twice counts as it was written last, which is what FINAL
-- gives: within a run a post only grows older, so that no merging is needed to find it. A post without any
-- reading (a website's) is young or not by when it was last seen.
SELECT
    account_id, post_id, platform, published_at,
    taken.1 AS observed_at,
    taken.2 AS run_id,
    if(has_readings, NOT has_closed, taken.1 < published_at + INTERVAL 7 DAY) AS is_young,
    taken.3 AS reactions, taken.4 AS comments, taken.5 AS shares, taken.6 AS views
FROM (
    SELECT
        account_id, post_id,
        any(its_platform) AS platform,
        any(its_published_at) AS published_at,
        countIf(is_reading) > 0 AS has_readings,
        countIf(is_closed) > 0 AS has_closed,
        -- Of those that are closed the first run's, of the others the last run's; of a run the last.
        if(has_closed,
           argMinIf(reading, (night, run, -toUnixTimestamp64Milli(seen_at)), is_closed),
           argMax(reading, (is_reading, night, run, seen_at))) AS taken
    FROM (
        SELECT
            p.account_id AS account_id, p.post_id AS post_id, p.platform AS its_platform,
            p.published_at AS its_published_at,
            o.night AS night, toString(o.run_id) AS run, o.observed_at AS seen_at,
            true AS is_reading,
            o.observed_at >= p.published_at + INTERVAL 7 DAY AS is_closed,
            (o.observed_at, toString(o.run_id), o.reactions, o.comments, o.shares, o.views) AS reading
        FROM post_observation AS o
        INNER JOIN (
            SELECT account_id, post_id, platform, published_at FROM post FINAL
            WHERE published_at >= toDateTime64({first_week:Date}, 3, 'UTC')
              AND published_at < toDateTime64({last_week:Date} + 7, 3, 'UTC')
              AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
        ) AS p ON p.account_id = o.account_id AND p.post_id = o.post_id
        -- A night is a day in France, which begins up to two hours before that of UTC.
        WHERE o.account_id >= {first_account:UUID} AND o.account_id < {end_account:UUID}
          AND o.night >= {first_week:Date} - 1
          AND o.night <= {last_week:Date} + 48
          AND o.night <= toMonday(p.published_at) + 48
        UNION ALL
        SELECT
            account_id, post_id, platform AS its_platform, published_at AS its_published_at,
            toDate(seen_at) AS night, toString(run_id) AS run, seen_at,
            false AS is_reading,
            false AS is_closed,
            (seen_at, toString(run_id), CAST(NULL, 'Nullable(UInt64)'), CAST(NULL, 'Nullable(UInt64)'),
             CAST(NULL, 'Nullable(UInt64)'), CAST(NULL, 'Nullable(UInt64)')) AS reading
        FROM post FINAL
        WHERE published_at >= toDateTime64({first_week:Date}, 3, 'UTC')
          AND published_at < toDateTime64({last_week:Date} + 7, 3, 'UTC')
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
    )
    GROUP BY account_id, post_id
)
