-- What changed in presence between a judged night and the one before it: accounts that opened, closed,
-- were renamed or moved, and collectivities that left a platform or came back. Kept for ever. Computed
-- with presence_figure; a repeat replaces itself. Sort key: the night, then the body.
CREATE TABLE IF NOT EXISTS presence_event
(
    night           Date COMMENT 'the judged night in which it was seen',
    run_id          LowCardinality(String) COMMENT 'its run',
    collectivity_id String COMMENT 'whose presence changed' CODEC(ZSTD(1)),
    platform        LowCardinality(String) COMMENT 'where',
    account_id      UUID COMMENT 'the account it is about; of `departed` the last one there, of `came_back` the first one',
    event           LowCardinality(String) COMMENT 'opened: a new account is there; closed: it is there no more; renamed: the same under another handle; moved: a new account took the place of a closed one; departed: the collectivity has none on the platform any more; came_back: it has one again',
    previous_night  Date COMMENT 'the judged night that it was compared with',
    detail          String COMMENT 'handle, or `old -> new`' CODEC(ZSTD(1)),
    written_at      DateTime64(3, 'UTC') COMMENT 'when the roll-up wrote it'
)
ENGINE = ReplacingMergeTree(written_at)
PARTITION BY toYYYYMM(night)
ORDER BY (night, collectivity_id, platform, account_id, event)
