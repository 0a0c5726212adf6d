-- Beside its counters, how a post did against what the account's own past lets expect. Computed with the
-- post's week, so that a window of a year need not look a further year back.
ALTER TABLE post_figure
    ADD COLUMN IF NOT EXISTS overperformance Nullable(Float64) DEFAULT NULL
        COMMENT '(I + 1) / (expected + 1), I the sum of the counters that the post gives; expected: the mean of the middle half of I over the last 100 closed posts of the account, in the 365 days before it, that give the same counters; NULL: young, no counter, or fewer than ten such posts'
