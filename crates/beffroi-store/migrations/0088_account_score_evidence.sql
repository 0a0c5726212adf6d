-- What the peers' prior is fitted on: with it, a percentile can be recomputed from the published rows alone,
-- in whatever group (`beffroi explain`). Nights judged before this have NULL; `beffroi judge` gives it to them.
ALTER TABLE account_score
    ADD COLUMN IF NOT EXISTS engagement_count Nullable(UInt32)
    COMMENT 'observations behind engagement_figure: days with closed posts; NULL: no figure',
    ADD COLUMN IF NOT EXISTS engagement_squares Nullable(Float64)
    COMMENT 'sum of squared distances of these observations from engagement_figure',
    ADD COLUMN IF NOT EXISTS dialogue_count Nullable(UInt32)
    COMMENT 'observations behind dialogue_figure: closed threads; NULL: no figure',
    ADD COLUMN IF NOT EXISTS dialogue_squares Nullable(Float64)
    COMMENT 'sum of squared distances of these observations from dialogue_figure'
