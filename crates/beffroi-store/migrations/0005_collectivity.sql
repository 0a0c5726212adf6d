-- The effective registry, whole, once for each version: what the complete imports say together. Old
-- versions stay (36,342 rows each), so that the bodies of any night can be told. Read v_collectivity.
-- The stratum is computed, never stored, so that it cannot disagree with the population; its bounds
-- are those of beffroi_model::Stratum (a test compares them). Sort key: the version, then the body.
CREATE TABLE IF NOT EXISTS collectivity
(
    version         DateTime64(3, 'UTC') COMMENT 'of registry_version',
    collectivity_id String COMMENT 'SIREN, or category:insee_code for bodies without one',
    siren           String,
    insee_code      String,
    name            String,
    category        LowCardinality(String),
    population      UInt32 COMMENT 'population municipale, inhabitants',
    department_code LowCardinality(String),
    region_code     LowCardinality(String),
    epci_siren      String,
    postal_codes    Array(String),
    latitude        Nullable(Float64) COMMENT 'degrees, WGS84',
    longitude       Nullable(Float64) COMMENT 'degrees, WGS84',
    stratum         LowCardinality(String) ALIAS multiIf(
                        population < 500, '<500',
                        population < 2000, '500-1999',
                        population < 3500, '2000-3499',
                        population < 5000, '3500-4999',
                        population < 10000, '5000-9999',
                        population < 20000, '10000-19999',
                        population < 50000, '20000-49999',
                        population < 100000, '50000-99999',
                        '>=100000')
)
ENGINE = ReplacingMergeTree
ORDER BY (version, collectivity_id)
