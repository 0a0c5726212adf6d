-- The engagement index of collectivities, with their ranks. The name and the columns stay, whatever becomes of the table.
-- Read it with `WHERE night = …`: a night is a partition.
CREATE OR REPLACE VIEW v_collectivity_score
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
    why LowCardinality(String) COMMENT 'why there is no rank: no_ranked_account, not_to_be_combined, too_few_peers; empty: there is one'
)
AS SELECT * FROM collectivity_score
COMMENT 'the engagement index of a collectivity in a judged night, by a version of the index'
