-- The figures of posts: their readings ({readings:Identifier}, made by post_reading.sql), the followers
-- that the account had when each was published, and how each did against the account's own past. Of the
-- accounts from {first_account:UUID} to {end_account:UUID}, that one not included: a part of them at a time
-- bounds the memory, and the tables are sorted by account.
--
-- Followers at publication: the latest known at or before it and at most seven days old, else the first
-- within the seven days after. Overperformance (CrowdTangle's benchmark): (I + 1) / (expected + 1), where I
-- is the sum of the counters that the post gives, and expected the mean of the middle half of I over the
-- last 100 closed posts of the account that give the same counters and are of the same kind, of the 365 days
-- before; at least ten. Where fewer are of its kind, or the platform does not tell it, those of all kinds:
-- ten of one kind in a year are many for a village, and a post against all others still says something.
-- All closed posts were read at about the same age. What counts as past are the weeks before
-- {first_week:Date} as they were computed, and the readings.
WITH
    readings AS (
        SELECT * FROM {readings:Identifier}
        WHERE account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
    ),
    seen AS (
        SELECT account_id, observed_at, max(followers) AS count
        FROM account_observation FINAL
        WHERE night >= {first_week:Date} - 9 AND night <= {last_week:Date} + 15
          AND followers IS NOT NULL
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
        GROUP BY account_id, observed_at
    ),
    of_past AS (
        SELECT account_id, post_id, published_at, kind, reactions, comments, shares
        FROM post_figure
        WHERE published_at >= toDateTime64({first_week:Date} - 365, 3, 'UTC')
          AND published_at < toDateTime64({first_week:Date}, 3, 'UTC')
          AND NOT is_young
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
        UNION ALL
        SELECT account_id, post_id, published_at, kind, reactions, comments, shares
        FROM readings WHERE NOT is_young
    ),
    -- Of each account and each set of counters, its closed posts in time, with their interactions: of all
    -- kinds ('') and of each.
    pasts AS (
        SELECT
            account_id, given, of_kind,
            arraySort(groupArray((published_at, post_id, interactions))) AS posts,
            posts.1 AS moments, posts.2 AS ids, posts.3 AS counts
        FROM (
            SELECT
                account_id, post_id, published_at, toString(kind) AS kind,
                (reactions IS NOT NULL) + 2 * (comments IS NOT NULL) + 4 * (shares IS NOT NULL) AS given,
                toFloat64(ifNull(reactions, 0) + ifNull(comments, 0) + ifNull(shares, 0)) AS interactions
            FROM of_past
            WHERE given > 0
        )
        ARRAY JOIN if(kind = '', [''], ['', kind]) AS of_kind
        GROUP BY account_id, given, of_kind
    ),
    expectations AS (
        SELECT
            account_id, id AS post_id, of_kind,
            arrayFirstIndex(moment -> moment >= at - INTERVAL 365 DAY, moments) AS first_of_year,
            greatest(first_of_year, place - 100) AS first_of_past,
            arraySort(arraySlice(counts, first_of_past, place - first_of_past)) AS past,
            intDiv(length(past), 4) AS dropped,
            arrayAvg(arraySlice(past, dropped + 1, length(past) - 2 * dropped)) AS expected,
            (own + 1) / (expected + 1) AS ratio
        FROM (
            SELECT account_id, of_kind, moments, counts, at, id, own, toInt64(place) AS place
            FROM pasts
            ARRAY JOIN moments AS at, ids AS id, counts AS own, arrayEnumerate(counts) AS place
            WHERE at >= toDateTime64({first_week:Date}, 3, 'UTC')
        )
        WHERE length(past) >= 10
    )
SELECT
    r.account_id AS account_id, r.post_id AS post_id, r.platform AS platform,
    r.published_at AS published_at, r.observed_at AS observed_at, r.run_id AS run_id,
    r.is_young AS is_young,
    r.reactions AS reactions, r.comments AS comments, r.shares AS shares, r.views AS views,
    multiIf(
        before.count IS NOT NULL AND before.observed_at >= r.published_at - INTERVAL 7 DAY, before.count,
        after.count IS NOT NULL AND after.observed_at <= r.published_at + INTERVAL 7 DAY, after.count,
        NULL) AS followers,
    e.ratio AS overperformance,
    r.kind AS kind,
    multiIf(e.ratio IS NULL, '', e.is_of_kind, 'kind', 'all') AS expected_from
FROM readings AS r
ASOF LEFT JOIN seen AS before ON before.account_id = r.account_id AND r.published_at >= before.observed_at
ASOF LEFT JOIN seen AS after ON after.account_id = r.account_id AND r.published_at < after.observed_at
LEFT JOIN (
    SELECT account_id, post_id, toNullable(argMax(ratio, of_kind != '')) AS ratio, max(of_kind != '') AS is_of_kind
    FROM expectations
    GROUP BY account_id, post_id
) AS e
    ON e.account_id = r.account_id AND e.post_id = r.post_id
