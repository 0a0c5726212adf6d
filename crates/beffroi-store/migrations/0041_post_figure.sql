-- One row for each post of the accounts themselves: the reading of its counters that counts. It is the
-- first one made at an age of seven days or more, so that posts compare at equal ages; where there is
-- none yet, the last one, and the post is young. Computed from `post`, `post_observation` and
-- `account_observation` by the roll-up of a night, which replaces whole weeks (see
-- src/queries/rollup/post_figure.sql). Sort key: the account, then time: a window of an account is one
-- short read.
CREATE TABLE IF NOT EXISTS post_figure
(
    account_id   UUID COMMENT 'whose post it is',
    post_id      String COMMENT 'the platform''s own id' CODEC(ZSTD(1)),
    platform     LowCardinality(String) COMMENT 'where it is',
    published_at DateTime64(3, 'UTC') COMMENT 'when it was published' CODEC(Delta, ZSTD(1)),
    observed_at  DateTime64(3, 'UTC') COMMENT 'when the reading taken was made; of a post without counters (a website''s) when it was last seen' CODEC(Delta, ZSTD(1)),
    run_id       LowCardinality(String) COMMENT 'run of the reading taken',
    is_young     UInt8 COMMENT '1: it was read at no age of seven days or more, so its counters may still rise',
    reactions    Nullable(UInt64) COMMENT 'likes, favourites, reactions; NULL: not known' CODEC(T64, ZSTD(1)),
    comments     Nullable(UInt64) COMMENT 'comments or direct replies; NULL: not known' CODEC(T64, ZSTD(1)),
    shares       Nullable(UInt64) COMMENT 'shares, reposts, boosts and quotes; NULL: not known' CODEC(T64, ZSTD(1)),
    views        Nullable(UInt64) COMMENT 'views; NULL: not known' CODEC(T64, ZSTD(1)),
    followers    Nullable(UInt64) COMMENT 'followers of the account at publication: the latest known at or before it and at most seven days old, else the first within the seven days after, else NULL' CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toMonday(published_at)
ORDER BY (account_id, published_at, post_id)
