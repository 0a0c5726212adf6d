-- Whether the reading is one of counters, or the post was only seen: a roll-up that goes on from the last
-- one has to know (src/queries/rollup/post_reading.sql).
ALTER TABLE post_figure
    ADD COLUMN IF NOT EXISTS is_read UInt8 DEFAULT NOT (reactions IS NULL AND comments IS NULL AND shares IS NULL AND views IS NULL)
        COMMENT '1: the counters of the post were read, though perhaps none was given; 0: it was only seen, as a website''s'
