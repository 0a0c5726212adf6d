-- Counters of a post as seen in one run. Sort key: account, post, run: the growth of a post is one
-- read. Websites have no counters and no rows here. Sized for 2 million rows a night.
CREATE TABLE IF NOT EXISTS post_observation
(
    account_id  UUID,
    post_id     String CODEC(ZSTD(1)),
    run_id      LowCardinality(String),
    night       Date CODEC(Delta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    platform    LowCardinality(String),
    reactions   Nullable(UInt64) CODEC(T64, ZSTD(1)),
    comments    Nullable(UInt64) CODEC(T64, ZSTD(1)),
    shares      Nullable(UInt64) CODEC(T64, ZSTD(1)),
    views       Nullable(UInt64) CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(observed_at)
PARTITION BY toYYYYMM(night)
ORDER BY (account_id, post_id, run_id)
