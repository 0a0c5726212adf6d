-- Presence: which account belongs to which collectivity, according to which source. One row for each
-- source that said so: a version of the registry (seen_in = `registry:` and the version in
-- milliseconds) or a run's discovery (seen_in = run_id). `verdict` is `own` or, from a correction, `not_own`. History is kept, so that
-- presence over time can be told; v_account gives the present state.
-- Sort key: the collectivity first (reports), then the account.
CREATE TABLE IF NOT EXISTS account
(
    collectivity_id String,
    platform        LowCardinality(String),
    account_id      UUID COMMENT 'version-5 UUID of platform:handle',
    source          LowCardinality(String) COMMENT 'shipped, directory, bodies, websites, corrections or discovery',
    seen_in         String COMMENT 'version of the registry or run_id',
    handle          String,
    url             String,
    verdict         LowCardinality(String) COMMENT 'own or not_own',
    confidence      Float32 COMMENT '0 to 1; counted from 0.5',
    evidence_pages  Array(String) COMMENT 'where it was seen' CODEC(ZSTD(1)),
    evidence_how    Array(LowCardinality(String)) COMMENT 'how, in the order of the pages',
    night           Date COMMENT 'of the run or the version',
    seen_at         DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(seen_at)
PARTITION BY toYear(night)
ORDER BY (collectivity_id, platform, account_id, source, seen_in)
