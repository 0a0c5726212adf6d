-- Every import of the registry. An import counts once its state is `complete`: its facts are written
-- before, so that one that was cut short changes nothing. Sort key: its identity (kind and content).
CREATE TABLE IF NOT EXISTS registry_import
(
    import_id   String COMMENT 'kind and the first 16 digits of the SHA-256 of the input',
    kind        LowCardinality(String) COMMENT 'shipped, directory, bodies, websites or corrections',
    name        String COMMENT 'file name',
    sha256      String,
    state       LowCardinality(String) COMMENT 'writing or complete',
    facts       UInt64 COMMENT 'facts kept',
    issues      UInt64 COMMENT 'rows refused',
    imported_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(imported_at)
ORDER BY import_id
