-- The shared fronts that a run reckons with: learnt from past nights when the run was planned, and then
-- the same for all its workers to its end. A run that was never planned has none. Sort key: the run.
CREATE TABLE IF NOT EXISTS run_front
(
    run_id   LowCardinality(String),
    night    Date,
    address  String,
    fixed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(fixed_at)
ORDER BY (run_id, address)
TTL night + INTERVAL 2 YEAR
