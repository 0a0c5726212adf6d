-- The finds under their account by the present rules, with the evidence that they had. A find that is
-- there already (the site links to both addresses) is left as it is.
INSERT INTO account
WITH JSONExtract({changes:String},
        'Array(Tuple(account_id UUID, url String, new_platform String, new_account_id UUID, new_handle String, new_url String))') AS changes
SELECT f.* EXCEPT (change) REPLACE (
           change.new_platform AS platform,
           change.new_account_id AS account_id,
           change.new_handle AS handle,
           change.new_url AS url,
           {rules_version:UInt32} AS rules_version,
           0 AS superseded_by)
FROM (
    SELECT *, arrayFirst(it -> it.account_id = account.account_id AND it.url = account.url, changes) AS change
    FROM account FINAL
    WHERE source = 'discovery' AND superseded_by = 0 AND rules_version < {rules_version:UInt32}
      AND arrayExists(how -> how != 'moved', evidence_how)
      AND (account_id, url) IN (SELECT it.account_id, it.url FROM (SELECT arrayJoin(changes) AS it))
) AS f
WHERE change.new_handle != ''
  AND (f.collectivity_id, f.seen_in, change.new_account_id) NOT IN (
      SELECT collectivity_id, seen_in, account_id FROM account FINAL WHERE source = 'discovery')
