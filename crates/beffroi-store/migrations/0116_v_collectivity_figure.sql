-- The figures of collectivities over their accounts on networks, over the windows before each judged night. The
-- name and the columns stay, whatever becomes of the table. Read it with `WHERE night = …`: a night is a
-- partition.
CREATE OR REPLACE VIEW v_collectivity_figure
(
    night Date COMMENT 'the judged night: the windows end at its run''s as_of',
    run_id LowCardinality(String) COMMENT 'the run whose figures end the windows',
    window_days UInt16 COMMENT 'length of the window: 7, 28, 90 or 365 days',
    collectivity_id String COMMENT 'whose accounts; an account of several collectivities counts for the first one',
    category LowCardinality(String) COMMENT 'of the collectivity; empty: not in the registry',
    stratum LowCardinality(String) COMMENT 'of its population; empty: not in the registry',
    population Nullable(UInt32) COMMENT 'its inhabitants; NULL: not known',
    department_code LowCardinality(String) COMMENT 'its department',
    region_code LowCardinality(String) COMMENT 'its region',
    accounts UInt16 COMMENT 'its accounts in the night''s plan, websites apart',
    posts_per_week Nullable(Float64) COMMENT 'posts per week of all of them, young posts included',
    interactions Nullable(Float64) COMMENT 'sum of the accounts'' interactions, each over its own `components`',
    interactions_per_inhabitant Nullable(Float64) COMMENT 'interactions per thousand inhabitants and week',
    threads Nullable(Float64) COMMENT 'threads that visitors opened in the window',
    reply_rate Nullable(Float64) COMMENT 'share of threads answered within 7 days, of those watched for 7 days; at least 10',
    answered_2h Nullable(Float64) COMMENT 'share of threads answered within 2 hours, of those watched for 2 hours; at least 10',
    answered_24h Nullable(Float64) COMMENT 'share of threads answered within 24 hours, of those watched for 24 hours; at least 10',
    reply_delay_quartile Nullable(Float64) COMMENT 'hours until a quarter of the threads is answered (Kaplan-Meier)',
    reply_delay_median Nullable(Float64) COMMENT 'hours until half of the threads are answered (Kaplan-Meier)',
    reply_delay_upper_quartile Nullable(Float64) COMMENT 'hours until three quarters of the threads are answered (Kaplan-Meier)',
    closed_threads UInt32 COMMENT 'threads of the window that were answered or watched for seven days',
    is_partial UInt8 COMMENT '1: of an account in `interactions` not all three components are known',
    posts_platforms Array(LowCardinality(String)) COMMENT 'the platform of each account in posts_per_week, once for each account',
    interactions_platforms Array(LowCardinality(String)) COMMENT 'the same of interactions',
    dialogue_platforms Array(LowCardinality(String)) COMMENT 'the same of threads and replies',
    not_combined Array(LowCardinality(String)) COMMENT 'platforms whose figures are left out because their terms forbid to combine them',
    is_covered UInt8 COMMENT '1: the strata of all accounts in the figures were covered; else to be flagged or withheld',
    unavailable Map(LowCardinality(String), LowCardinality(String)) COMMENT 'missing metric -> reason'
)
AS SELECT * FROM collectivity_figure
COMMENT 'figures of a collectivity over its accounts on networks and a window of days before a judged night'
