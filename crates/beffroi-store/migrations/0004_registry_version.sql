-- The versions of the effective registry. A version counts once its row is here; its collectivities
-- and accounts are written before, so that one that was cut short changes nothing.
CREATE TABLE IF NOT EXISTS registry_version
(
    version        DateTime64(3, 'UTC'),
    sha256         String COMMENT 'of the content: an import that changes nothing makes no version',
    imports        Array(String) COMMENT 'the imports it was computed from',
    collectivities UInt64,
    accounts       UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY version
