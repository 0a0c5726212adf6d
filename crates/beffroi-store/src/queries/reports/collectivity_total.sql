-- The index of one collectivity over its accounts and its rank among its peers, where they may be told. An
-- account whose scores may only be published in aggregates must not be told by subtraction: where exactly one
-- such account is in the total, or one whose scores may not be published at all, total and ranks are withheld;
-- so with the dispersion over networks. Of nights judged before the platforms were kept nothing is shown.
-- Low and high are the ends of the normal interval of 90 %, within 0 and 100.
-- Parameters: collectivity (its id), night, index (version), policy.
-- Reads: collectivity_score, one row by its sort key; account_score, one version of one night.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'never', 'Map(String, Array(String))') AS never,
    arrayMap(it -> toString(it), s.total_platforms) AS of_total,
    arrayMap(it -> toString(it), s.dispersion_platforms) AS of_dispersion,
    length(of_total) != s.accounts OR hasAny(never['total'], of_total)
        OR arrayCount(it -> has(withheld['total'], it), of_total) = 1 AS is_secret,
    empty(of_dispersion) OR hasAny(never['total'], of_dispersion)
        OR arrayCount(it -> has(withheld['total'], it), of_dispersion) = 1 AS is_dispersion_secret
SELECT
    if(is_secret, NULL, s.total) AS total,
    -- `greatest` and `least` pass over NULL.
    if(is_secret OR s.total_sd IS NULL, NULL, greatest(s.total - 1.6448536269514722 * s.total_sd, 0)) AS total_low,
    if(is_secret OR s.total_sd IS NULL, NULL, least(s.total + 1.6448536269514722 * s.total_sd, 100)) AS total_high,
    if(is_secret, NULL, s.rank_from) AS rank_from,
    if(is_secret, NULL, s.rank_to) AS rank_to,
    if(is_secret, NULL, s.ranked_of) AS ranked_of,
    if(is_secret, NULL, s.top_ten) AS top_ten,
    toString(s.peers) AS peers,
    s.widened AS widened,
    s.is_covered AS is_covered,
    toString(s.why) AS why,
    s.accounts AS accounts,
    s.networks AS networks,
    arrayMap(it -> toString(it), s.not_combined) AS not_combined,
    if(is_dispersion_secret, NULL, s.effective_networks) AS effective_networks,
    if(is_dispersion_secret, NULL, s.dispersion_evenness) AS dispersion_evenness,
    arrayFilter(flag -> flag != '', [
        if(hasAny(partial.platforms, of_total), 'partial_e', ''),
        if(s.widened, 'widened_peers', ''),
        if(s.is_covered = 0, 'not_covered', '')]) AS flags,
    is_secret AS is_withheld
FROM collectivity_score AS s
LEFT JOIN (SELECT collectivity_id, groupUniqArray(toString(platform)) AS platforms FROM account_score
           WHERE night = {night:Date} AND index_version = {index:String} AND rank_from IS NOT NULL AND components != 'RKS'
             AND collectivity_id = {collectivity:String}
           GROUP BY collectivity_id) AS partial ON partial.collectivity_id = s.collectivity_id
WHERE s.night = {night:Date} AND s.index_version = {index:String} AND s.collectivity_id = {collectivity:String}
