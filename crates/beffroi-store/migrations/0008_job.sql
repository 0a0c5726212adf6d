-- The plan: every job of every run, also those that discovery added. Written before the job is
-- published. Sort key: the run, then the job.
CREATE TABLE IF NOT EXISTS job
(
    run_id           LowCardinality(String),
    job_id           UUID,
    night            Date,
    account_id       UUID,
    platform         LowCardinality(String),
    handle           String CODEC(ZSTD(1)),
    url              String CODEC(ZSTD(1)),
    lane             LowCardinality(String),
    collectivity_ids Array(String) CODEC(ZSTD(1)),
    origin           LowCardinality(String) COMMENT 'planned or discovered',
    planned_at       DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(planned_at)
PARTITION BY toYYYYMM(night)
ORDER BY (run_id, job_id)
