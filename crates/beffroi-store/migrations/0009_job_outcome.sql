-- How each job ended: exactly one outcome a job. Written after all other rows of the job, so that
-- an outcome means that its figures are there. Sort key: as the plan's.
CREATE TABLE IF NOT EXISTS job_outcome
(
    run_id      LowCardinality(String),
    job_id      UUID,
    night       Date,
    account_id  UUID,
    platform    LowCardinality(String),
    outcome     LowCardinality(String) COMMENT 'measured, unchanged, absent, forbidden or failed',
    reason      LowCardinality(String) COMMENT 'empty for measured and unchanged',
    attempt     UInt16 COMMENT 'tries before the one that ended it',
    fetches     UInt32 COMMENT 'exchanges of the last try',
    worker      LowCardinality(String),
    ended_at    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(ended_at)
PARTITION BY toYYYYMM(night)
ORDER BY (run_id, job_id)
