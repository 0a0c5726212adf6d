-- What was reserved of each credential's allowances, and what of it was spent: the budget ledger that
-- all workers share. An entry is written before anything of it is spent (version 0, `spent` unknown) and
-- again when its worker lets go of it (version 1). One whose worker died stays unknown, and counts as
-- spent whole. Kept for two years. Sort key: the bucket, then time, since a bucket's present period is
-- what is read.
CREATE TABLE IF NOT EXISTS budget_entry
(
    platform    LowCardinality(String),
    credential  LowCardinality(String) COMMENT 'its name in the configuration; empty where none is asked for',
    bucket      LowCardinality(String) COMMENT 'requests, units, statistics, posts, money …',
    entry_id    UUID,
    reserved_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    reserved    UInt64 COMMENT 'in the bucket''s unit; of money millionths of a dollar' CODEC(T64, ZSTD(1)),
    spent       Nullable(UInt64) COMMENT 'NULL while in use, or where the worker died',
    worker      LowCardinality(String),
    version     UInt8
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(reserved_at)
ORDER BY (platform, credential, bucket, reserved_at, entry_id)
TTL toDateTime(reserved_at) + INTERVAL 2 YEAR
