-- As 0086, with why a figure is missing, and whether the account's stratum was covered in the night of the reading. The name and the columns
-- stay, whatever becomes of the table. Read it with `WHERE account_id = …` or some weeks of `published_at`.
CREATE OR REPLACE VIEW v_post_figure
(
    account_id UUID COMMENT 'whose post it is',
    post_id String COMMENT 'the platform''s own id',
    platform LowCardinality(String) COMMENT 'where it is',
    published_at DateTime64(3, 'UTC') COMMENT 'when it was published',
    observed_at DateTime64(3, 'UTC') COMMENT 'when the reading taken was made; of a post without counters (a website''s) when it was last seen',
    run_id LowCardinality(String) COMMENT 'run of the reading taken',
    is_young UInt8 COMMENT '1: it was read at no age of seven days or more, so its counters may still rise',
    reactions Nullable(UInt64) COMMENT 'likes, favourites, reactions; NULL: not known',
    comments Nullable(UInt64) COMMENT 'comments or direct replies; NULL: not known',
    shares Nullable(UInt64) COMMENT 'shares, reposts, boosts and quotes; NULL: not known',
    views Nullable(UInt64) COMMENT 'views; NULL: not known',
    followers Nullable(UInt64) COMMENT 'followers of the account at publication: the latest known at or before it and at most seven days old, else the first within the seven days after, else NULL',
    overperformance Nullable(Float64) COMMENT '(I + 1) / (expected + 1), I the sum of the counters that the post gives; expected: the mean of the middle half of I over the last 100 closed posts of the account, in the 365 days before it, that give the same counters and are of the same kind, or of all kinds where fewer than ten are (expected_from); NULL: young, no counter, or fewer than ten such posts',
    is_read UInt8 COMMENT '1: the counters of the post were read, though perhaps none was given; 0: it was only seen, as a website''s',
    kind LowCardinality(String) COMMENT 'what it shows: repost, poll, event, live, album, short_video, video, audio, image, document, link, text, article; empty: the platform does not tell',
    expected_from LowCardinality(String) COMMENT 'the past posts that overperformance is over: kind: those of its own kind; all: those of every kind, since its own is not told or has fewer than ten; empty: there is no overperformance',
    unavailable Map(LowCardinality(String), LowCardinality(String)) COMMENT 'missing figure -> reason: not_given (the reading did not show it), not_read (the post was only seen), no_data (no followers were seen within seven days), young, no_counter, too_few_posts (fewer than ten before it to expect anything from)',
    is_covered UInt8 COMMENT '0: too little of its account''s platform, category and stratum was measured in the night of the reading (stratum_coverage), and the figures are to be flagged or withheld'
)
AS WITH
    if(is_read, 'not_given', 'not_read') AS why
SELECT
    *,
    CAST(mapFilter((figure, reason) -> reason != '', map(
        'reactions', if(reactions IS NULL, why, ''),
        'comments', if(comments IS NULL, why, ''),
        'shares', if(shares IS NULL, why, ''),
        'views', if(views IS NULL, why, ''),
        'followers', if(followers IS NULL, 'no_data', ''),
        'overperformance', multiIf(
            overperformance IS NOT NULL, '',
            is_young, 'young',
            reactions IS NULL AND comments IS NULL AND shares IS NULL, 'no_counter',
            'too_few_posts'))), 'Map(LowCardinality(String), LowCardinality(String))') AS unavailable,
    cityHash64(account_id, toDate(substring(run_id, 1, 10))) NOT IN (
        SELECT cityHash64(account_id, night) FROM uncovered_account) AS is_covered
FROM post_figure
COMMENT 'a post with the reading of its counters that counts'
