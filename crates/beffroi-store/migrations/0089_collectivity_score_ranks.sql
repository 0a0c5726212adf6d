-- The ranks of collectivities, as those of accounts: tie groups within category and stratum, or the next
-- wider group. And of which platforms a total and a dispersion are made, without which nobody could say
-- whether they may be published. Nights judged before this have neither; `beffroi judge` gives it to them.
ALTER TABLE collectivity_score
    ADD COLUMN IF NOT EXISTS total_platforms Array(LowCardinality(String))
    COMMENT 'the platform of each account in the total, once for each account',
    ADD COLUMN IF NOT EXISTS dispersion_platforms Array(LowCardinality(String))
    COMMENT 'the networks in effective_networks and dispersion_evenness',
    ADD COLUMN IF NOT EXISTS rank_from Nullable(UInt32)
    COMMENT 'first rank of its tie group by the total; NULL: not ranked',
    ADD COLUMN IF NOT EXISTS rank_to Nullable(UInt32)
    COMMENT 'last rank of its tie group by the total; NULL: not ranked',
    ADD COLUMN IF NOT EXISTS ranked_of Nullable(UInt32)
    COMMENT 'ranked peers, itself among them',
    ADD COLUMN IF NOT EXISTS peers LowCardinality(String)
    COMMENT 'among whom the total is ranked; empty: not ranked',
    ADD COLUMN IF NOT EXISTS widened UInt8
    COMMENT '1: a wider group than category and stratum, for want of peers',
    ADD COLUMN IF NOT EXISTS top_ten Nullable(Float64)
    COMMENT 'probability of being among the ten best of the peers',
    ADD COLUMN IF NOT EXISTS why LowCardinality(String)
    COMMENT 'why there is no rank: no_ranked_account, not_to_be_combined, too_few_peers; empty: there is one'
