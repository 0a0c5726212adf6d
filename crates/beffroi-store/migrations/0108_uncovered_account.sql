-- The accounts of which a judged night measured too few of the same platform, category and stratum
-- (stratum_coverage): whatever is said of them that night is flagged or withheld in every output. Written by the
-- roll-up of a night, which replaces the night within its month (see
-- src/queries/rollup/uncovered_account.sql), and kept for ever, since the reading of a post may be of a night
-- whose other figures were thinned out. Usually there is none: the views look here rather than at everybody.
-- They look by a hash of account and night: a set of numbers is made nine times as fast as one of ids and days, and
-- of a million rows two agree by chance with a probability of three in a hundred million.
-- Sort key: the account, then the night.
CREATE TABLE IF NOT EXISTS uncovered_account
(
    night      Date COMMENT 'the judged night',
    run_id     LowCardinality(String) COMMENT 'its run',
    account_id UUID COMMENT 'whose stratum was not covered'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(night)
ORDER BY (account_id, night)
