-- What was seen of a website in one run. Sort key: the account (platform `website`), then the run.
CREATE TABLE IF NOT EXISTS site_observation
(
    account_id           UUID,
    run_id               LowCardinality(String),
    night                Date CODEC(Delta, ZSTD(1)),
    observed_at          DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    reachable            UInt8,
    https                UInt8,
    certificate_problem  LowCardinality(String) COMMENT 'empty: none',
    final_url            String CODEC(ZSTD(1)),
    redirected_to_domain String COMMENT 'another registrable domain; empty: none' CODEC(ZSTD(1)),
    home_status          Nullable(UInt16),
    home_bytes           Nullable(UInt64) COMMENT 'after decompression' CODEC(T64, ZSTD(1)),
    cms                  LowCardinality(String) COMMENT 'empty: not recognised',
    charset              LowCardinality(String),
    feed_url             String CODEC(ZSTD(1)),
    feed_kind            LowCardinality(String),
    sitemap              Nullable(UInt8) COMMENT 'NULL: not looked for',
    publication_source   LowCardinality(String) COMMENT 'feed, sitemap or empty',
    posts_28d            Nullable(UInt32) COMMENT 'publications in the 28 days before as_of',
    last_published_at    Nullable(DateTime64(3, 'UTC')),
    legal_notice_url     String CODEC(ZSTD(1)),
    newsletter           UInt8,
    contact              UInt8,
    unavailable          Map(LowCardinality(String), LowCardinality(String)) COMMENT 'missing figure -> reason'
)
ENGINE = ReplacingMergeTree(observed_at)
PARTITION BY toYYYYMM(night)
ORDER BY (account_id, run_id)
