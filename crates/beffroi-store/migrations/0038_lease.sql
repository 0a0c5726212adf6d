-- Who may do what only one may do at a time: coordinate a run. A claimant writes its claim and then reads
-- all of them; it has won when its own is the only living one. A claim lives until it is released or
-- expires, by this server's clock alone; its holder renews it. Sort key: what it is for, then the claim.
CREATE TABLE IF NOT EXISTS lease
(
    name       LowCardinality(String) COMMENT 'what it is for',
    claim      UUID COMMENT 'one attempt of one process',
    who        String COMMENT 'machine and process',
    what       String COMMENT 'what it does: the run',
    claimed_at DateTime64(6, 'UTC'),
    expires_at DateTime64(6, 'UTC'),
    state      LowCardinality(String) COMMENT 'claimed, held or released',
    version    UInt32 COMMENT 'rises with each renewal'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (name, claim)
TTL toDateTime(expires_at) + INTERVAL 30 DAY
