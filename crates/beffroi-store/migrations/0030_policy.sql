-- What the platforms' terms allow, as the program last applied it (`beffroi policy show`): for
-- analysts, and for the views `v_public_…`. Sort key: the platform, then the metric.
CREATE TABLE IF NOT EXISTS policy
(
    platform       LowCardinality(String),
    metric         LowCardinality(String),
    store_days     Nullable(UInt16) COMMENT 'NULL: unbounded',
    store_source   String,
    combine        UInt8 COMMENT 'may enter a figure together with other platforms''',
    combine_source String,
    publish        LowCardinality(String) COMMENT 'yes, notice, aggregated or no',
    notice         String COMMENT 'to be shown beside the figures; empty: none',
    publish_source String,
    written_at     DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (platform, metric)
