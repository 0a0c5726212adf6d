-- The kind of each post, and over which of the account's past posts its overperformance is: those of its own
-- kind where there are ten, else all.
ALTER TABLE post_figure
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String) DEFAULT ''
        COMMENT 'what it shows: repost, poll, event, live, album, short_video, video, audio, image, document, link, text, article; empty: the platform does not tell',
    ADD COLUMN IF NOT EXISTS expected_from LowCardinality(String) DEFAULT if(overperformance IS NULL, '', 'all')
        COMMENT 'the past posts that overperformance is over: kind: those of its own kind; all: those of every kind, since its own is not told or has fewer than ten; empty: there is no overperformance',
    MODIFY COLUMN overperformance
        COMMENT '(I + 1) / (expected + 1), I the sum of the counters that the post gives; expected: the mean of the middle half of I over the last 100 closed posts of the account, in the 365 days before it, that give the same counters and are of the same kind, or of all kinds where fewer than ten are (expected_from); NULL: young, no counter, or fewer than ten such posts'
