-- Scores of a stratum of which too little was measured are there, and flagged.
ALTER TABLE account_score
    ADD COLUMN IF NOT EXISTS is_covered UInt8 DEFAULT 0
    COMMENT '1: stratum_coverage says that enough of its platform, category and stratum was measured; else to be flagged or withheld'
