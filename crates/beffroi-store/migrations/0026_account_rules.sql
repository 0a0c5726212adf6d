-- Which version of the rules of account URLs made a find, and which took it out of force: the find
-- stays, its successor is a row of its own.
ALTER TABLE account
    ADD COLUMN IF NOT EXISTS rules_version UInt32 DEFAULT 0
        COMMENT 'of the rules of account URLs that gave the handle; 0: not recorded',
    ADD COLUMN IF NOT EXISTS superseded_by UInt32 DEFAULT 0
        COMMENT 'version of the rules by which it is another account or none; 0: in force'
