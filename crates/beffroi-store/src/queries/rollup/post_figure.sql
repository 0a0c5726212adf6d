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
--
-- A post that was closed by {since:Date} stays as it was computed, unless an older one of its account has
-- been closed since: nothing that came later can change it.
WITH
    toInt64(365 * 86400) * 1000 AS year,
    readings AS (
        SELECT *, toDate(substring(run_id, 1, 10)) > {since:Date} AS is_since
        FROM {readings:Identifier}
        WHERE account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
    ),
    -- From which post on an account's past has changed.
    begins AS (
        SELECT account_id, min(published_at) AS begin
        FROM readings WHERE NOT is_young AND is_read AND is_since
        GROUP BY account_id
    ),
    changed AS (
        SELECT r.*
        FROM readings AS r
        LEFT JOIN (SELECT account_id, toNullable(begin) AS begin FROM begins) AS b ON b.account_id = r.account_id
        WHERE r.is_young OR r.is_since OR ifNull(r.published_at >= b.begin, 0)
    ),
    unchanged AS (
        SELECT r.*
        FROM readings AS r
        LEFT JOIN (SELECT account_id, toNullable(begin) AS begin FROM begins) AS b ON b.account_id = r.account_id
        WHERE NOT (r.is_young OR r.is_since OR ifNull(r.published_at >= b.begin, 0))
    ),
    -- Of each account what was seen of its followers, in time.
    seen AS (
        SELECT account_id, arraySort(groupArray((observed_at, assumeNotNull(followers)))) AS all_seen,
               all_seen.1 AS moments, all_seen.2 AS counts
        FROM account_observation FINAL
        WHERE night >= {first_week:Date} - 9 AND night <= {last_week:Date} + 15
          AND followers IS NOT NULL
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
        GROUP BY account_id
    ),
    of_past AS (
        SELECT account_id, published_at, kind, reactions, comments, shares
        FROM post_figure
        WHERE published_at >= toDateTime64({first_week:Date} - 365, 3, 'UTC')
          AND published_at < toDateTime64({first_week:Date}, 3, 'UTC')
          AND NOT is_young
          AND account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
          AND account_id IN (SELECT account_id FROM begins)
        UNION ALL
        SELECT account_id, published_at, kind, reactions, comments, shares
        FROM readings WHERE NOT is_young AND account_id IN (SELECT account_id FROM begins)
    ),
    -- Of each account and each set of counters, its closed posts in time, with their interactions.
    pasts AS (
        SELECT
            account_id, given,
            groupArray(moment) AS moments_as_read,
            groupArray(interactions) AS counts_as_read,
            arraySort((kind, moment, count) -> (moment, count, kind), groupArray(code), moments_as_read, counts_as_read) AS kinds,
            arraySort((count, moment) -> (moment, count), counts_as_read, moments_as_read) AS counts,
            arraySort(moments_as_read) AS moments
        FROM (
            SELECT
                account_id,
                toUnixTimestamp64Milli(published_at) AS moment,
                toUInt32(cityHash64(kind)) AS code,
                (reactions IS NOT NULL) + 2 * (comments IS NOT NULL) + 4 * (shares IS NOT NULL) AS given,
                ifNull(reactions, 0) + ifNull(comments, 0) + ifNull(shares, 0) AS interactions
            FROM of_past
            WHERE given > 0
        )
        GROUP BY account_id, given
    ),
    expectations AS (
        SELECT
            account_id, post_id,
            (interactions + 1) / (expected + 1) AS ratio,
            arrayFirstIndex(moment -> moment >= at, moments) AS place,
            arrayFirstIndex(moment -> moment >= at - year, moments) AS first_of_year,
            arraySlice(counts, first_of_year, place - first_of_year) AS of_all,
            arrayFilter((count, its) -> its = code, of_all, arraySlice(kinds, first_of_year, place - first_of_year)) AS of_kind,
            kind != '' AND length(of_kind) >= 10 AS is_of_kind,
            arraySort(arraySlice(if(is_of_kind, of_kind, of_all), -100)) AS past,
            intDiv(length(past), 4) AS dropped,
            arrayAvg(arraySlice(past, dropped + 1, length(past) - 2 * dropped)) AS expected
        FROM (
            SELECT account_id, post_id, toUnixTimestamp64Milli(published_at) AS at,
                   kind, toUInt32(cityHash64(kind)) AS code,
                   (reactions IS NOT NULL) + 2 * (comments IS NOT NULL) + 4 * (shares IS NOT NULL) AS given,
                   ifNull(reactions, 0) + ifNull(comments, 0) + ifNull(shares, 0) AS interactions
            FROM changed WHERE NOT is_young
        ) AS c
        INNER JOIN pasts AS p ON p.account_id = c.account_id AND p.given = c.given
        WHERE length(past) >= 10
    )
SELECT
    account_id, post_id, platform, published_at, observed_at, run_id, is_young,
    reactions, comments, shares, views, followers, overperformance, is_read,
    kind, expected_from
FROM unchanged
UNION ALL
SELECT
    r.account_id AS account_id, r.post_id AS post_id, r.platform AS platform,
    r.published_at AS published_at, r.observed_at AS observed_at, r.run_id AS run_id,
    r.is_young AS is_young,
    r.reactions AS reactions, r.comments AS comments, r.shares AS shares, r.views AS views,
    multiIf(
        (arrayCount(moment -> moment <= r.published_at, s.moments) AS before) > 0 AND s.moments[before] >= r.published_at - INTERVAL 7 DAY, toNullable(s.counts[before]),
        before < length(s.moments) AND s.moments[before + 1] <= r.published_at + INTERVAL 7 DAY, s.counts[before + 1],
        NULL) AS followers,
    e.ratio AS overperformance,
    r.is_read AS is_read,
    r.kind AS kind,
    multiIf(e.ratio IS NULL, '', e.is_of_kind, 'kind', 'all') AS expected_from
FROM changed AS r
LEFT JOIN seen AS s ON s.account_id = r.account_id
LEFT JOIN (SELECT account_id, post_id, toNullable(ratio) AS ratio, is_of_kind FROM expectations) AS e
    ON e.account_id = r.account_id AND e.post_id = r.post_id
