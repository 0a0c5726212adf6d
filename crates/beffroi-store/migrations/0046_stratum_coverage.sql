-- How much of each stratum a judged night measured: a figure over a stratum that is not covered is flagged
-- or withheld in every output. Computed from the plan and its outcomes by the roll-up of a night, which
-- replaces the night whole (see src/queries/rollup/stratum_coverage.sql). Sort key: the platform, then
-- the peers.
CREATE TABLE IF NOT EXISTS stratum_coverage
(
    night              Date COMMENT 'the judged night',
    run_id             LowCardinality(String) COMMENT 'its run',
    platform           LowCardinality(String) COMMENT 'where the accounts are',
    category           LowCardinality(String) COMMENT 'of their collectivities; empty: not in the registry',
    stratum            LowCardinality(String) COMMENT 'of the collectivities'' population; empty: not in the registry',
    planned            UInt32 COMMENT 'accounts in the night''s plan',
    ended_with_figures UInt32 COMMENT 'of these, measured, unchanged or found absent: what is there to know is known',
    share              Float64 COMMENT 'ended_with_figures / planned, 0 to 1',
    is_covered         UInt8 COMMENT '1: the share is at least the setting figures.min_coverage'
)
ENGINE = MergeTree
PARTITION BY night
ORDER BY (platform, category, stratum)
