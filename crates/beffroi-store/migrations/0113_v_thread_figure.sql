-- As 0092, with whether the account's stratum was covered in the night that looked last: times alone, nothing of
-- who wrote and what. The name and the columns stay, whatever becomes of the table. Read it with
-- `WHERE account_id = …` or some weeks of `opened_at`.
CREATE OR REPLACE VIEW v_thread_figure
(
    account_id UUID COMMENT 'under whose post it was opened',
    post_id String COMMENT 'under which',
    opened_at DateTime64(3, 'UTC') COMMENT 'when the visitor opened it',
    rank UInt16 COMMENT 'among the threads of the post opened in the same millisecond',
    platform LowCardinality(String) COMMENT 'where it is',
    replied_at Nullable(DateTime64(3, 'UTC')) COMMENT 'first reply of the account that any run saw; NULL: none by `seen_until`',
    seen_until DateTime64(3, 'UTC') COMMENT 'when it was last looked at: an unanswered thread is censored here, not lost',
    run_id LowCardinality(String) COMMENT 'the run that looked last',
    is_covered UInt8 COMMENT '0: too little of its account''s platform, category and stratum was measured in the night that looked last (stratum_coverage), and the figures are to be flagged or withheld'
)
AS SELECT
    account_id, post_id, opened_at, rank, platform, replied_at, seen_until, run_id,
    cityHash64(account_id, toDate(substring(run_id, 1, 10))) NOT IN (
        SELECT cityHash64(account_id, night) FROM uncovered_account) AS is_covered
FROM thread_figure
COMMENT 'a visitor''s thread, and when the account answered it'
