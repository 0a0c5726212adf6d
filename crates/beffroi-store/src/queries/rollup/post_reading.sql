-- The reading of each post's counters that counts, for the posts published from {first_week:Date} (a
-- Monday) to the end of the week of {last_week:Date} (a Monday too), of the accounts from
-- {first_account:UUID} to {end_account:UUID}, that one not included.
--
-- It is that of the first night in which the post was seven days old or more when read, so that posts
-- compare at equal ages; where there is none, that of the last night, and the post is young. Of a night the
-- last reading counts. So a reading that was written twice counts as FINAL would have it, without merging:
-- a post only grows older, and the last row of a night is also the last one of its run. Of a week, readings
-- count up to the 48th night after its Monday: the last one whose roll-up computes the week, so that a week
-- comes to the same however late it is computed again. A post without any reading (a website's) is young or
-- not by when it was last seen.
--
-- Readings of the nights up to {since:Date} are taken from post_figure, which holds the one of each post
-- that counted then: of first and last ones, the first or last of what came later and of that one is the
-- same. With 1970-01-01 all come from the observations.
SELECT
    account_id, post_id,
    any(its_platform) AS platform,
    argMax(its_published_at, is_new) AS published_at,
    argMin(seen_at, turn) AS observed_at,
    argMin(run, turn) AS run_id,
    observed_at < published_at + INTERVAL 7 DAY AS is_young,
    -- Counters are one higher here, since argMin passes over NULL, which is to count.
    nullIf(argMin(r, turn), 0) - 1 AS reactions,
    nullIf(argMin(k, turn), 0) - 1 AS comments,
    nullIf(argMin(s, turn), 0) - 1 AS shares,
    nullIf(argMin(v, turn), 0) - 1 AS views,
    -- As they were computed last, for a post that has not changed.
    max(last_followers) AS followers,
    max(last_overperformance) AS overperformance,
    argMin(was_read, turn) AS is_read,
    argMax(its_kind, is_new) AS kind,
    max(last_expected_from) AS expected_from
FROM (
    SELECT
        *,
        -- The lowest turn counts: of closed readings the first night's and in it the last, else of young
        -- ones the last, else when it was last seen. Milliseconds since 1970 stay below 2^42 until 2109,
        -- nights below 2^16.
        toUInt64(toUnixTimestamp64Milli(seen_at)) AS at,
        bitShiftLeft(toUInt64(toUInt16(night_of_run)), 42) AS day,
        toUInt64(multiIf(
            NOT was_read, bitShiftLeft(toUInt64(1), 63) + bitShiftLeft(toUInt64(1), 42) - at,
            seen_at >= its_published_at + INTERVAL 7 DAY, day + bitShiftLeft(toUInt64(1), 42) - at,
            bitShiftLeft(toUInt64(1), 62) - day - at)) AS turn
    FROM (
        SELECT
            p.account_id AS account_id, p.post_id AS post_id, p.platform AS its_platform,
            p.published_at AS its_published_at, toString(p.kind) AS its_kind,
            o.observed_at AS seen_at, o.run_id AS run, o.night AS night_of_run,
            ifNull(o.reactions + 1, 0) AS r, ifNull(o.comments + 1, 0) AS k,
            ifNull(o.shares + 1, 0) AS s, ifNull(o.views + 1, 0) AS v,
            NULL AS last_followers, NULL AS last_overperformance, '' AS last_expected_from,
            1 AS was_read, 1 AS is_new
        FROM post_observation AS o
        INNER JOIN (
            SELECT account_id, post_id, platform, published_at, kind FROM post FINAL
            WHERE published_at >= toDateTime64({first_week:Date}, 3, 'UTC')
              AND published_at < toDateTime64({last_week:Date} + 7, 3, 'UTC')
              AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
        ) AS p ON p.account_id = o.account_id AND p.post_id = o.post_id
        -- A night is a day in France, which begins up to two hours before that of UTC.
        WHERE o.account_id >= {first_account:UUID} AND o.account_id < {end_account:UUID}
          AND o.night >= greatest({first_week:Date} - 1, {since:Date} + 1)
          AND o.night <= {last_week:Date} + 48
          AND o.night <= toMonday(p.published_at) + 48
        UNION ALL
        SELECT
            account_id, post_id, platform AS its_platform, published_at AS its_published_at,
            toString(kind) AS its_kind, seen_at, run_id AS run, toDate(0) AS night_of_run,
            0 AS r, 0 AS k, 0 AS s, 0 AS v,
            NULL AS last_followers, NULL AS last_overperformance, '' AS last_expected_from,
            0 AS was_read, 1 AS is_new
        FROM post FINAL
        WHERE published_at >= toDateTime64({first_week:Date}, 3, 'UTC')
          AND published_at < toDateTime64({last_week:Date} + 7, 3, 'UTC')
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
          AND toDate(substring(run_id, 1, 10)) > {since:Date}
        UNION ALL
        SELECT
            account_id, post_id, platform AS its_platform, published_at AS its_published_at,
            toString(kind) AS its_kind, observed_at AS seen_at, run_id AS run, toDate(substring(run_id, 1, 10)) AS night_of_run,
            ifNull(reactions + 1, 0) AS r, ifNull(comments + 1, 0) AS k,
            ifNull(shares + 1, 0) AS s, ifNull(views + 1, 0) AS v,
            followers AS last_followers, overperformance AS last_overperformance,
            toString(expected_from) AS last_expected_from,
            is_read AS was_read, 0 AS is_new
        FROM post_figure
        WHERE {since:Date} > toDate(0)
          AND published_at >= toDateTime64({first_week:Date}, 3, 'UTC')
          AND published_at < toDateTime64({last_week:Date} + 7, 3, 'UTC')
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
    )
)
GROUP BY account_id, post_id
