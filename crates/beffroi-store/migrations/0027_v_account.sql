-- The present state of presence: one row for each collectivity and account that counts as its own.
-- An account counts when a run of the last 35 nights or the present registry holds it with a
-- confidence of at least 0.5, no correction says that it is not its own, and the present rules of
-- account URLs still read it so. Replaces 0017.
CREATE OR REPLACE VIEW v_account AS
SELECT
    collectivity_id,
    platform,
    account_id,
    argMax(handle, seen_at) AS handle,
    argMax(url, seen_at) AS url,
    max(confidence) AS confidence,
    groupUniqArray(source) AS sources,
    min(seen_at) AS first_seen_at,
    max(seen_at) AS last_seen_at
FROM account FINAL
WHERE superseded_by = 0
  AND if(source = 'discovery',
         night >= today() - 35,
         seen_in = (SELECT concat('registry:', toString(toUnixTimestamp64Milli(max(version)))) FROM registry_version))
GROUP BY collectivity_id, platform, account_id
HAVING countIf(verdict = 'not_own') = 0 AND confidence >= 0.5
