-- What hosts that asked for patience have asked for, so that a worker that takes a lane over, or the run
-- of the next night, knows it before its first request. Replaced as it changes; the last word counts.
-- Kept for 60 days. Sort key: whom it concerns.
CREATE TABLE IF NOT EXISTS host_memory
(
    key            String COMMENT 'host with its port where it is an unusual one, group:ADDRESS or group:DOMAIN, or the lane of an API',
    blocked_until  Nullable(DateTime64(3, 'UTC')) COMMENT 'no request before; NULL: may be asked',
    backoff        UInt8 COMMENT 'how often in a row it was too much; doubles the next pause; 0: forgiven',
    slowed         UInt8 COMMENT 'how often its pace was halved; 0: none',
    crawl_delay_ms Nullable(UInt32) COMMENT 'what its robots.txt asks for; NULL: nothing',
    written_at     DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY key
TTL toDateTime(written_at) + INTERVAL 60 DAY
