-- What a connector wants to be handed at its next visit: validators, cursors, times already known.
-- Keyed by run, so that a job that runs twice in one run is handed the same state both times.
CREATE TABLE IF NOT EXISTS account_state
(
    account_id UUID,
    run_id     LowCardinality(String),
    night      Date,
    state      String COMMENT 'JSON of the connector''s own' CODEC(ZSTD(3)),
    written_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(written_at)
PARTITION BY toYYYYMM(night)
ORDER BY (account_id, run_id)
TTL night + INTERVAL 90 DAY
