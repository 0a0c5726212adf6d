-- Every exchange with a server: the source that each figure can be traced to. A job that ran twice
-- really did ask twice, and both stay. Kept for two years. Sort key: the account, then time.
CREATE TABLE IF NOT EXISTS fetch_log
(
    account_id        UUID,
    run_id            LowCardinality(String),
    job_id            UUID,
    night             Date CODEC(Delta, ZSTD(1)),
    fetched_at        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    sequence          UInt16 COMMENT 'rank within the job''s try',
    url               String CODEC(ZSTD(1)),
    status            Nullable(UInt16),
    error_class       LowCardinality(String) COMMENT 'empty: none',
    body_bytes        UInt64 COMMENT 'after decompression' CODEC(T64, ZSTD(1)),
    body_sha256       String COMMENT 'hexadecimal; empty when the body was not read whole' CODEC(ZSTD(1)),
    duration_ms       UInt32 CODEC(T64, ZSTD(1)),
    connector         LowCardinality(String) COMMENT 'platform and version of the program'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(night)
ORDER BY (account_id, run_id, fetched_at, sequence)
TTL night + INTERVAL 2 YEAR
