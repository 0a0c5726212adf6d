-- Accounts that discovery found by older rules and that are in force, with the addresses by which they
-- were kept. What an account told of its own successor (`moved`) is no reading of an address.
SELECT platform, account_id, handle, url,
       count() AS finds,
       uniqExact(collectivity_id) AS bodies
FROM account FINAL
WHERE source = 'discovery' AND superseded_by = 0 AND rules_version < {rules_version:UInt32}
  AND arrayExists(how -> how != 'moved', evidence_how)
GROUP BY platform, account_id, handle, url
ORDER BY platform, handle, url
