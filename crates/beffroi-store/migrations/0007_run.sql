-- One row a run, replaced as it advances. The certificate is the JSON that was printed at its end.
CREATE TABLE IF NOT EXISTS run
(
    run_id      String,
    night       Date,
    state       LowCardinality(String) COMMENT 'planning, running, interrupted or complete',
    scope       String COMMENT 'JSON of what was asked for with --only; {} is everything',
    as_of       DateTime64(3, 'UTC') COMMENT 'end of every window of the run',
    started_at  DateTime64(3, 'UTC'),
    ended_at    Nullable(DateTime64(3, 'UTC')),
    program     String COMMENT 'version of the program',
    certificate String CODEC(ZSTD(1)),
    updated_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY run_id
