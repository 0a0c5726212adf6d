-- One row for each thread that a visitor opened under a post: when, when it was first answered, and how
-- long it was watched. No text, no person. Computed from `dialogue` by the roll-up of a night, which
-- replaces whole weeks (see src/queries/rollup/thread_figure.sql). Sort key: the account, then time.
CREATE TABLE IF NOT EXISTS thread_figure
(
    account_id UUID COMMENT 'under whose post it was opened',
    post_id    String COMMENT 'under which' CODEC(ZSTD(1)),
    opened_at  DateTime64(3, 'UTC') COMMENT 'when the visitor opened it' CODEC(Delta, ZSTD(1)),
    rank       UInt16 COMMENT 'among the threads of the post opened in the same millisecond',
    platform   LowCardinality(String) COMMENT 'where it is',
    replied_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first reply of the account that any run saw; NULL: none by `seen_until`',
    seen_until DateTime64(3, 'UTC') COMMENT 'when it was last looked at: an unanswered thread is censored here, not lost' CODEC(Delta, ZSTD(1)),
    run_id     LowCardinality(String) COMMENT 'the run that looked last'
)
ENGINE = MergeTree
PARTITION BY toMonday(opened_at)
ORDER BY (account_id, opened_at, post_id, rank)
