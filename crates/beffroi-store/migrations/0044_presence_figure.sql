-- Who is where, as a judged night saw it: one row for each collectivity and account that counts as its own
-- (v_presence), with the account's state. Computed by the roll-up of a night, which replaces the night
-- whole (see src/queries/rollup/presence_figure.sql). Of nights older than 35 days only Sundays are kept.
-- Sort key: the platform, since the matrix of presence reads one after the other, then the body.
CREATE TABLE IF NOT EXISTS presence_figure
(
    night           Date COMMENT 'the judged night',
    run_id          LowCardinality(String) COMMENT 'its run',
    collectivity_id String COMMENT 'whose account it is; an account of several has a row for each' CODEC(ZSTD(1)),
    category        LowCardinality(String) COMMENT 'of the collectivity; empty: not in the registry',
    stratum         LowCardinality(String) COMMENT 'of the collectivity''s population; empty: not in the registry',
    population      Nullable(UInt32) COMMENT 'inhabitants of the collectivity; NULL: not known',
    department_code LowCardinality(String) COMMENT 'of the collectivity',
    region_code     LowCardinality(String) COMMENT 'of the collectivity',
    platform        LowCardinality(String) COMMENT 'where the account is; `website` is the site itself',
    account_id      UUID COMMENT 'the account',
    handle          String COMMENT 'its handle' CODEC(ZSTD(1)),
    url             String COMMENT 'its address' CODEC(ZSTD(1)),
    confidence      Float32 COMMENT 'that it is the collectivity''s own, 0.5 to 1',
    sources         Array(LowCardinality(String)) COMMENT 'who says so: shipped, directory, bodies, websites, corrections, discovery',
    first_seen      Date COMMENT 'the first night in which any source said so',
    state           LowCardinality(String) COMMENT 'active; dormant: it has posts, and none for 90 days; absent, forbidden or failed: as its job ended; unknown: it was not visited',
    last_post_at    Nullable(DateTime64(3, 'UTC')) COMMENT 'its last known post before the run''s as_of; NULL: none known',
    followers       Nullable(UInt64) COMMENT 'followers that night; NULL: not known' CODEC(T64, ZSTD(1)),
    hosting_only    UInt8 COMMENT '1: five closed posts or more in 365 days, all their interactions known, and none: a channel that only hosts its videos',
    reachable       Nullable(UInt8) COMMENT 'of a website: 1, it answered; NULL: no website, or not visited',
    https           Nullable(UInt8) COMMENT 'of a website: 1, over TLS; NULL: no website, or not visited',
    stale           Nullable(UInt8) COMMENT 'of a website: 1, it last published more than 90 days before; NULL: no website, or nothing is known of what it publishes'
)
ENGINE = MergeTree
PARTITION BY night
ORDER BY (platform, collectivity_id, account_id)
