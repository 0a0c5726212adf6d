-- What a judged night found to be looked at: each with its day, its sentence and the figures behind it.
-- Computed by beffroi-index (trends) and replaced whole, a night at a time; kept for ever.
-- Sort key: the kind, then the account.
CREATE TABLE IF NOT EXISTS alert
(
    night           Date COMMENT 'the judged night',
    run_id          LowCardinality(String) COMMENT 'its run',
    account_id      UUID COMMENT 'which account it is about',
    platform        LowCardinality(String) COMMENT 'where it is',
    collectivity_id String COMMENT 'its collectivity' CODEC(ZSTD(1)),
    kind            LowCardinality(String) COMMENT 'follower_jump_up, follower_jump_down, raid, silence, change_point …',
    day             Date COMMENT 'the day it is about',
    says_fr         String COMMENT 'why, in French, with the figures' CODEC(ZSTD(1)),
    says_en         String COMMENT 'why, in English, with the figures' CODEC(ZSTD(1)),
    figures         Map(LowCardinality(String), Float64) COMMENT 'the figures behind it, by name'
)
ENGINE = MergeTree
PARTITION BY night
ORDER BY (kind, account_id, day)
