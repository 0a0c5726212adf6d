-- Which address a host was asked at, the last time for each: nights are planned by it without asking a
-- name server, and an address behind which many domains stand is known as a shared front. Kept for 60
-- days. Sort key: the host, then the address.
CREATE TABLE IF NOT EXISTS host_seen
(
    host    String,
    address String COMMENT 'the lowest of those the name had: by which its pace is kept',
    domain  String COMMENT 'the host''s registrable domain',
    night   Date COMMENT 'the last one in which it was seen there',
    seen_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(seen_at)
ORDER BY (host, address)
TTL toDateTime(seen_at) + INTERVAL 60 DAY
