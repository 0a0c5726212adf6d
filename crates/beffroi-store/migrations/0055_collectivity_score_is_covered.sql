-- As 0054, of all accounts in the total.
ALTER TABLE collectivity_score
    ADD COLUMN IF NOT EXISTS is_covered UInt8 DEFAULT 0
    COMMENT '1: the strata of all accounts in the total were covered; else to be flagged or withheld'
