-- How much of each stratum each judged night measured. The name and the columns stay, whatever becomes of
-- the table.
CREATE OR REPLACE VIEW v_stratum_coverage
(
    night Date COMMENT 'the judged night',
    run_id LowCardinality(String) COMMENT 'its run',
    platform LowCardinality(String) COMMENT 'where the accounts are',
    category LowCardinality(String) COMMENT 'of their collectivities; empty: not in the registry',
    stratum LowCardinality(String) COMMENT 'of the collectivities'' population; empty: not in the registry',
    planned UInt32 COMMENT 'accounts in the night''s plan',
    ended_with_figures UInt32 COMMENT 'of these, measured, unchanged or found absent: what is there to know is known',
    share Float64 COMMENT 'ended_with_figures / planned, 0 to 1',
    is_covered UInt8 COMMENT '1: the share is at least the setting figures.min_coverage'
)
AS SELECT * FROM stratum_coverage
COMMENT 'how much of a stratum on a platform a judged night measured'
