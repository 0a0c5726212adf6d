-- The engagement index of collectivities as far as it may be published. A total is a mean over accounts, but
-- one of which all other accounts are published would tell the last by subtraction: it is NULL where exactly
-- one account in it may be published only in aggregates, and where one may not be published at all. So are the
-- ranks, and for the same reason a dispersion over networks. Where no policy was written yet, and for nights
-- that were judged before their platforms were kept, nothing is shown.
-- Read it with `WHERE night = …`: a night is a partition.
CREATE OR REPLACE VIEW v_public_collectivity_score
(
    night Date COMMENT 'the judged night',
    run_id LowCardinality(String) COMMENT 'its run',
    index_version LowCardinality(String) COMMENT 'version of the index, as in config/index.toml',
    collectivity_id String COMMENT 'who is judged',
    name String COMMENT 'its name',
    category LowCardinality(String) COMMENT 'its category',
    stratum LowCardinality(String) COMMENT 'of its population',
    population Nullable(UInt32) COMMENT 'its inhabitants; NULL: not known',
    department_code LowCardinality(String) COMMENT 'its department',
    region_code LowCardinality(String) COMMENT 'its region',
    total Nullable(Float64) COMMENT 'mean of its accounts'' totals, 0 to 100; NULL: none has one, or they may not be combined',
    total_sd Nullable(Float64) COMMENT 'standard deviation of the total, the accounts being independent',
    accounts UInt16 COMMENT 'accounts in the total',
    networks UInt16 COMMENT 'platforms, websites apart, on which it has an account in the night''s plan',
    not_combined Array(LowCardinality(String)) COMMENT 'platforms whose accounts are left out because their terms forbid to combine them',
    effective_networks Nullable(Float64) COMMENT 'exp(-sum p ln p), p the share of a network in its interactions',
    dispersion_evenness Nullable(Float64) COMMENT '-sum p ln p / ln(networks), 0: all on one network, 1: evenly spread',
    is_covered UInt8 COMMENT '1: the strata of all accounts in the total were covered; else to be flagged or withheld',
    total_platforms Array(LowCardinality(String)) COMMENT 'the platform of each account in the total, once for each account',
    dispersion_platforms Array(LowCardinality(String)) COMMENT 'the networks in effective_networks and dispersion_evenness',
    rank_from Nullable(UInt32) COMMENT 'first rank of its tie group by the total; NULL: not ranked',
    rank_to Nullable(UInt32) COMMENT 'last rank of its tie group by the total; NULL: not ranked',
    ranked_of Nullable(UInt32) COMMENT 'ranked peers, itself among them',
    peers LowCardinality(String) COMMENT 'among whom the total is ranked; empty: not ranked',
    widened UInt8 COMMENT '1: a wider group than category and stratum, for want of peers',
    top_ten Nullable(Float64) COMMENT 'probability of being among the ten best of the peers',
    why LowCardinality(String) COMMENT 'why there is no rank: no_ranked_account, not_to_be_combined, too_few_peers; empty: there is one',
    is_withheld UInt8 COMMENT '1: the platforms'' terms keep the total out of publications: it and the ranks are NULL here',
    notice String COMMENT 'words to be shown beside the figures; empty: none'
)
AS WITH
    (SELECT groupArray(toString(platform)) FROM
        (SELECT platform FROM policy FINAL
         WHERE metric IN ('followers', 'posts', 'reactions', 'comments', 'shares', 'dialogue')
         GROUP BY platform HAVING count() = 6 AND countIf(publish = 'no') = 0)) AS publishable,
    (SELECT groupUniqArray(toString(platform)) FROM policy FINAL
     WHERE metric IN ('followers', 'posts', 'reactions', 'comments', 'shares', 'dialogue')
       AND publish = 'aggregated') AS aggregated,
    (SELECT arrayDistinct(groupArrayIf((toString(platform), notice), notice != '')) FROM policy FINAL) AS notices,
    arrayMap(it -> toString(it), total_platforms) AS of_total,
    arrayMap(it -> toString(it), dispersion_platforms) AS of_dispersion,
    length(of_total) != accounts OR NOT hasAll(publishable, of_total)
        OR arrayCount(it -> has(aggregated, it), of_total) = 1 AS is_secret,
    empty(of_dispersion) OR NOT hasAll(publishable, of_dispersion)
        OR arrayCount(it -> has(aggregated, it), of_dispersion) = 1 AS is_dispersion_secret
SELECT
    s.night AS night,
    s.run_id AS run_id,
    s.index_version AS index_version,
    s.collectivity_id AS collectivity_id,
    s.name AS name,
    s.category AS category,
    s.stratum AS stratum,
    s.population AS population,
    s.department_code AS department_code,
    s.region_code AS region_code,
    if(is_secret, NULL, s.total) AS total,
    if(is_secret, NULL, s.total_sd) AS total_sd,
    s.accounts AS accounts,
    s.networks AS networks,
    s.not_combined AS not_combined,
    if(is_dispersion_secret, NULL, s.effective_networks) AS effective_networks,
    if(is_dispersion_secret, NULL, s.dispersion_evenness) AS dispersion_evenness,
    s.is_covered AS is_covered,
    s.total_platforms AS total_platforms,
    s.dispersion_platforms AS dispersion_platforms,
    if(is_secret, NULL, s.rank_from) AS rank_from,
    if(is_secret, NULL, s.rank_to) AS rank_to,
    if(is_secret, NULL, s.ranked_of) AS ranked_of,
    s.peers AS peers,
    s.widened AS widened,
    if(is_secret, NULL, s.top_ten) AS top_ten,
    s.why AS why,
    is_secret AS is_withheld,
    arrayStringConcat(arrayMap(it -> concat(it.1, ': ', it.2), arrayFilter(it -> has(of_total, it.1), notices)), '; ') AS notice
FROM collectivity_score AS s
COMMENT 'v_collectivity_score as far as the platforms'' terms let it be published'
