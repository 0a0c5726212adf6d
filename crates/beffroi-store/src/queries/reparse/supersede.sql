-- Takes the finds out of force, as a repeat of themselves.
INSERT INTO account
WITH JSONExtract({changes:String}, 'Array(Tuple(account_id UUID, url String))') AS changes
SELECT f.* REPLACE ({rules_version:UInt32} AS superseded_by)
FROM (
    SELECT * FROM account FINAL
    WHERE source = 'discovery' AND superseded_by = 0 AND rules_version < {rules_version:UInt32}
      AND arrayExists(how -> how != 'moved', evidence_how)
      AND (account_id, url) IN (SELECT it.account_id, it.url FROM (SELECT arrayJoin(changes) AS it))
) AS f
