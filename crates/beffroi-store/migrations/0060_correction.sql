-- Figures that were read otherwise by a corrected connector from the archived answers (`beffroi replay
-- --write`): what was stored before, and what replaced it. The proof of the old figure: a raw row holds its
-- last value alone. Written before the raw rows are replaced; a repeat replaces itself. Sort key: the
-- account, then the run.
CREATE TABLE IF NOT EXISTS correction
(
    account_id  UUID COMMENT 'whose figure it is',
    run_id      LowCardinality(String) COMMENT 'the run whose observation was corrected',
    night       Date COMMENT 'of the run',
    platform    LowCardinality(String) COMMENT 'where',
    table_name  LowCardinality(String) COMMENT 'the raw table',
    row_key     String COMMENT 'within the account and the run: a post, or a thread by post, time and rank; empty: the account itself' CODEC(ZSTD(1)),
    column_name LowCardinality(String) COMMENT 'the column',
    old_value   Nullable(String) COMMENT 'before; NULL: missing, or no row' CODEC(ZSTD(1)),
    new_value   Nullable(String) COMMENT 'after; NULL: missing' CODEC(ZSTD(1)),
    program     LowCardinality(String) COMMENT 'version of the program that read it again',
    replayed_at DateTime64(3, 'UTC') COMMENT 'when'
)
ENGINE = ReplacingMergeTree(replayed_at)
PARTITION BY toYear(night)
ORDER BY (account_id, run_id, table_name, row_key, column_name, ifNull(old_value, ''), ifNull(new_value, ''))
