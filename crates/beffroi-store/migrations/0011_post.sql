-- The posts of the accounts themselves: no text, only when and where. Sort key: the account, then
-- the post. Partition: the post's own year, which no repeat can change.
CREATE TABLE IF NOT EXISTS post
(
    account_id   UUID,
    post_id      String CODEC(ZSTD(1)),
    platform     LowCardinality(String),
    published_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    url          String CODEC(ZSTD(1)),
    run_id       LowCardinality(String) COMMENT 'the last run that saw it',
    seen_at      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(seen_at)
PARTITION BY toYear(published_at)
ORDER BY (account_id, post_id)
