-- What was applied to this database, by which program. Sort key: the migration's number.
CREATE TABLE IF NOT EXISTS schema_migration
(
    number      UInt32,
    name        String,
    checksum    String COMMENT 'SHA-256 of the file, hexadecimal',
    program     String COMMENT 'version of the program that applied it',
    applied_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY number
