-- What each import said, one fact a row; kept for ever (a few hundred thousand rows an import).
-- The effective registry (`collectivity`, `account`) is computed from the complete imports.
-- Sort key: the import, then the body, so that one import is read in one sweep.
CREATE TABLE IF NOT EXISTS registry_fact
(
    import_id       String,
    collectivity_id String,
    field           LowCardinality(String) COMMENT 'body, website, account, not_account, or a column of the registry',
    value           String CODEC(ZSTD(1)),
    label           String COMMENT 'what the source said of the value' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (import_id, collectivity_id, field, value)
