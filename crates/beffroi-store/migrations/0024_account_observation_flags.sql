-- Beside the figures of an account: how far the platform rounds, and which figures moved in a way
-- that is hard to believe. The figures themselves are kept as they were told.
ALTER TABLE account_observation
    ADD COLUMN IF NOT EXISTS followers_step Nullable(UInt64) DEFAULT NULL
        COMMENT 'the platform cuts followers to a multiple of it; NULL: exact' AFTER followers,
    ADD COLUMN IF NOT EXISTS implausible Array(LowCardinality(String)) DEFAULT []
        COMMENT 'figures that fell to a tenth or rose tenfold since they were last seen'
