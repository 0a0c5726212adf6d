-- Figures of an account in one run. Sort key: the account, then the run: a time series is one read.
CREATE TABLE IF NOT EXISTS account_observation
(
    account_id       UUID,
    run_id           LowCardinality(String),
    night            Date CODEC(Delta, ZSTD(1)),
    observed_at      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    platform         LowCardinality(String),
    followers        Nullable(UInt64) CODEC(T64, ZSTD(1)),
    following        Nullable(UInt64) CODEC(T64, ZSTD(1)),
    posts_total      Nullable(UInt64) CODEC(T64, ZSTD(1)),
    threads_opened   Nullable(UInt32) COMMENT 'visitors'' threads under the posts of the window',
    threads_answered Nullable(UInt32) COMMENT 'of these, answered by the account',
    permanent_id     String COMMENT 'the platform''s own id: DID, ActivityPub URI' CODEC(ZSTD(1)),
    renamed_to       String COMMENT 'today''s handle, where it is not the one asked for' CODEC(ZSTD(1)),
    created_at       Nullable(DateTime64(3, 'UTC')) COMMENT 'of the account, as the platform says',
    unavailable      Map(LowCardinality(String), LowCardinality(String)) COMMENT 'missing figure -> reason'
)
ENGINE = ReplacingMergeTree(observed_at)
PARTITION BY toYYYYMM(night)
ORDER BY (account_id, run_id)
