-- Where each host was last seen in the last 60 nights. Copies of a row do not matter to argMax; of two
-- addresses seen in the same millisecond the lower text is taken.
SELECT host, argMin(address, (-toUnixTimestamp64Milli(seen_at), address)) AS address
FROM host_seen
WHERE night >= today() - 60
GROUP BY host
ORDER BY host
