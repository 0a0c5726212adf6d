-- What still matters of what hosts have asked for: those that may not be asked yet, and those whose
-- levels are fresh. Older levels are forgiven.
SELECT key, blocked_until, backoff, slowed, crawl_delay_ms, written_at
FROM host_memory FINAL
WHERE blocked_until > fromUnixTimestamp64Milli({now:Int64})
   OR ((backoff > 0 OR slowed > 0 OR crawl_delay_ms IS NOT NULL)
       AND written_at > fromUnixTimestamp64Milli({fresh_since:Int64}))
ORDER BY key
