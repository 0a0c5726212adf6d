-- The index of one collectivity over its accounts, where it may be told. An account whose scores may only
-- be published in aggregates must not be told by subtraction: where exactly one such account is in the
-- total, the total is withheld.
-- Parameters: collectivity (its id), night, index (version), policy.
-- Reads: collectivity_score and account_score, one version of one night.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    (SELECT countIf(has(withheld['total'], platform)
                    AND NOT has(arrayMap(it -> toString(it), (
                        SELECT any(not_combined) FROM collectivity_score
                        WHERE night = {night:Date} AND index_version = {index:String}
                          AND collectivity_id = {collectivity:String})), platform))
     FROM account_score
     WHERE night = {night:Date} AND index_version = {index:String}
       AND collectivity_id = {collectivity:String} AND total IS NOT NULL) AS hidden
SELECT
    if(hidden = 1, NULL, total) AS total,
    if(hidden = 1, NULL, total_sd) AS total_sd,
    accounts, networks, not_combined, effective_networks, dispersion_evenness, hidden = 1 AS is_withheld
FROM collectivity_score
WHERE night = {night:Date} AND index_version = {index:String} AND collectivity_id = {collectivity:String}
