-- Visitors' threads under the accounts' posts, as seen in one run: times only. Who wrote and what
-- is not stored, so a thread is told from its neighbours by its time and a rank among threads opened
-- in the same millisecond. Unanswered threads have a NULL reply (they are right-censored, not lost).
CREATE TABLE IF NOT EXISTS dialogue
(
    account_id  UUID,
    post_id     String CODEC(ZSTD(1)),
    opened_at   DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    rank        UInt16 COMMENT 'among the threads of the post opened in the same millisecond',
    run_id      LowCardinality(String),
    night       Date CODEC(Delta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    platform    LowCardinality(String),
    replied_at  Nullable(DateTime64(3, 'UTC')) COMMENT 'first reply of the account; NULL: none yet'
)
ENGINE = ReplacingMergeTree(observed_at)
PARTITION BY toYYYYMM(night)
ORDER BY (account_id, post_id, opened_at, rank, run_id)
