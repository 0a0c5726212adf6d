-- Addresses behind which more registrable domains than this were seen in the last 60 nights.
SELECT address
FROM host_seen
WHERE night >= today() - 60
GROUP BY address
HAVING uniqExact(domain) > {more_than:UInt32}
ORDER BY address
