-- Visitors' threads and when they were answered: times alone, nothing of who wrote and what. The name and the
-- columns stay, whatever becomes of the table. Read it with `WHERE account_id = …` or some weeks of `opened_at`.
CREATE OR REPLACE VIEW v_thread_figure
(
    account_id UUID COMMENT 'under whose post it was opened',
    post_id String COMMENT 'under which',
    opened_at DateTime64(3, 'UTC') COMMENT 'when the visitor opened it',
    rank UInt16 COMMENT 'among the threads of the post opened in the same millisecond',
    platform LowCardinality(String) COMMENT 'where it is',
    replied_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first reply of the account that any run saw; NULL: none by `seen_until`',
    seen_until DateTime64(3, 'UTC') COMMENT 'when it was last looked at: an unanswered thread is censored here, not lost',
    run_id LowCardinality(String) COMMENT 'the run that looked last'
)
AS SELECT account_id, post_id, opened_at, rank, platform, replied_at, seen_until, run_id FROM thread_figure
COMMENT 'a visitor''s thread, and when the account answered it'
