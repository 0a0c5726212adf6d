-- The engagement index of collectivities: one line a ranked collectivity of a judged night, within its peers
-- (category and stratum, or the next wider group with twenty), the best first. The index is the plain mean of
-- its ranked accounts' totals, as far as the platforms' terms allow to combine them. Ranks are those of tie
-- groups: `rank_from` to `rank_to` of `ranked_of`. Low and high are the ends of the normal interval of 90 %
-- (total -/+ 1.645 standard deviations), within 0 and 100.
-- A total that would tell an account by subtraction is in no line: where exactly one account in it may be
-- published only in aggregates, or one may not be published at all; so with its dispersion over networks.
-- Parameters: night, index (version), policy, category, stratum, department, region (empty: all), limit.
-- Reads: collectivity_score and account_score, one version of one night (the beginning of their sort keys).
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    JSONExtract({policy:String}, 'never', 'Map(String, Array(String))') AS never,
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes,
    arrayMap(it -> toString(it), s.total_platforms) AS of_total,
    arrayMap(it -> toString(it), s.dispersion_platforms) AS of_dispersion,
    empty(of_dispersion) OR hasAny(never['total'], of_dispersion)
        OR arrayCount(it -> has(withheld['total'], it), of_dispersion) = 1 AS is_dispersion_withheld
SELECT
    s.night AS night,
    s.run_id AS run_id,
    s.index_version AS index_version,
    s.peers AS peers,
    s.rank_from AS rank_from,
    s.rank_to AS rank_to,
    s.ranked_of AS ranked_of,
    s.name AS collectivity,
    s.collectivity_id AS collectivity_id,
    s.category AS category,
    s.stratum AS stratum,
    s.department_code AS department_code,
    s.region_code AS region_code,
    s.population AS population,
    s.total AS total,
    -- `greatest` and `least` pass over NULL.
    if(s.total_sd IS NULL, NULL, greatest(s.total - 1.6448536269514722 * s.total_sd, 0)) AS total_low,
    if(s.total_sd IS NULL, NULL, least(s.total + 1.6448536269514722 * s.total_sd, 100)) AS total_high,
    s.top_ten AS top_ten,
    s.accounts AS accounts,
    arraySort(arrayDistinct(of_total)) AS total_platforms,
    s.networks AS networks,
    arrayMap(it -> toString(it), s.not_combined) AS not_combined,
    if(is_dispersion_withheld, NULL, s.effective_networks) AS effective_networks,
    if(is_dispersion_withheld, NULL, s.dispersion_evenness) AS dispersion_evenness,
    multiIf(is_dispersion_withheld, 'not_publishable', s.effective_networks IS NULL, 'no_data',
            s.dispersion_evenness IS NULL, 'one_network', '') AS dispersion_why,
    arrayFilter(flag -> flag != '', [
        if(hasAny(partial.platforms, of_total), 'partial_e', ''),
        if(s.widened, 'widened_peers', ''),
        if(s.is_covered = 0, 'not_covered', '')]) AS flags,
    arrayStringConcat(arrayMap(it -> concat(it, ': ', notes[it]),
                               arrayFilter(it -> notes[it] != '', arraySort(arrayDistinct(of_total)))), '; ') AS policy
FROM collectivity_score AS s
LEFT JOIN (SELECT collectivity_id, groupUniqArray(toString(platform)) AS platforms FROM account_score
           WHERE night = {night:Date} AND index_version = {index:String} AND rank_from IS NOT NULL AND components != 'RKS'
           GROUP BY collectivity_id) AS partial ON partial.collectivity_id = s.collectivity_id
WHERE s.night = {night:Date} AND s.index_version = {index:String} AND s.rank_from IS NOT NULL
  AND NOT hasAny(never['total'], of_total)
  AND arrayCount(it -> has(withheld['total'], it), of_total) != 1
  AND ({category:String} = '' OR s.category = {category:String})
  AND ({stratum:String} = '' OR s.stratum = {stratum:String})
  AND ({department:String} = '' OR s.department_code = {department:String})
  AND ({region:String} = '' OR s.region_code = {region:String})
ORDER BY peers, rank_from, rank_to, s.total DESC, collectivity, collectivity_id
LIMIT {limit:UInt32}
