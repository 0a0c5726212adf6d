-- Who says that an account is a collectivity's own, by which rules its address was read, and where it was
-- seen; the latest word of each source. One read by the sort key.
-- Parameters: {collectivity:String}, {platform:String}, {account:UUID}.
SELECT
    source,
    argMax(seen_in, account.seen_at) AS seen_in,
    argMax(verdict, account.seen_at) AS verdict,
    argMax(confidence, account.seen_at) AS confidence,
    argMax(rules_version, account.seen_at) AS rules_version,
    argMax(url, account.seen_at) AS url,
    argMax(evidence_pages, account.seen_at) AS evidence_pages
FROM account FINAL
WHERE collectivity_id = {collectivity:String} AND platform = {platform:String} AND account_id = {account:UUID}
GROUP BY source
ORDER BY source
