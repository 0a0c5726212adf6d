-- Presence as one run saw it: `SELECT … FROM v_presence(run_id = '2026-11-23')`. One row for each
-- collectivity and account that counts as its own: the present registry declares it, or discovery
-- found it in that night or the 34 before (the pages of a site are searched every 28 nights), with a
-- confidence of at least 0.5, no correction says that it is not its own, and the present rules of
-- account URLs still read it so. `absent` tells what the run found not to be there. Replaces 0023.
CREATE OR REPLACE VIEW v_presence AS
SELECT
    collectivity_id,
    platform,
    account_id,
    argMax(handle, seen_at) AS handle,
    argMax(url, seen_at) AS url,
    max(confidence) AS confidence,
    account_id IN (
        SELECT account_id FROM job_outcome FINAL
        WHERE run_id = {run_id:String} AND outcome = 'absent'
    ) AS absent
FROM account FINAL
WHERE superseded_by = 0
  AND if(source = 'discovery',
         night <= toDate(substring({run_id:String}, 1, 10)) AND night > toDate(substring({run_id:String}, 1, 10)) - 35,
         seen_in = (SELECT concat('registry:', toString(toUnixTimestamp64Milli(max(version)))) FROM registry_version))
GROUP BY collectivity_id, platform, account_id
HAVING countIf(verdict = 'not_own') = 0 AND confidence >= 0.5
