-- The engagement index of each collectivity of a judged night, by each version of the index: the plain mean
-- of its accounts' totals, as far as the platforms' terms allow to combine them. Computed by beffroi-index
-- and replaced whole, a night at a time. Of nights older than 35 days only Sundays are kept.
-- Sort key: the version, then the body.
CREATE TABLE IF NOT EXISTS collectivity_score
(
    night               Date COMMENT 'the judged night',
    run_id              LowCardinality(String) COMMENT 'its run',
    index_version       LowCardinality(String) COMMENT 'version of the index, as in config/index.toml',
    collectivity_id     String COMMENT 'who is judged' CODEC(ZSTD(1)),
    name                String COMMENT 'its name' CODEC(ZSTD(1)),
    category            LowCardinality(String) COMMENT 'its category',
    stratum             LowCardinality(String) COMMENT 'of its population',
    population          Nullable(UInt32) COMMENT 'its inhabitants; NULL: not known',
    department_code     LowCardinality(String) COMMENT 'its department',
    region_code         LowCardinality(String) COMMENT 'its region',
    total               Nullable(Float64) COMMENT 'mean of its accounts'' totals, 0 to 100; NULL: none has one, or they may not be combined',
    total_sd            Nullable(Float64) COMMENT 'standard deviation of the total, the accounts being independent',
    accounts            UInt16 COMMENT 'accounts in the total',
    networks            UInt16 COMMENT 'platforms, websites apart, on which it has an account in the night''s plan',
    not_combined        Array(LowCardinality(String)) COMMENT 'platforms whose accounts are left out because their terms forbid to combine them',
    effective_networks  Nullable(Float64) COMMENT 'exp(-sum p ln p), p the share of a network in its interactions',
    dispersion_evenness Nullable(Float64) COMMENT '-sum p ln p / ln(networks), 0: all on one network, 1: evenly spread'
)
ENGINE = MergeTree
PARTITION BY night
ORDER BY (index_version, collectivity_id)
