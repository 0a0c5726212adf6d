-- What each post shows, by which it is judged against its likes. Of posts seen before this there is none
-- until they are seen again.
ALTER TABLE post
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String) DEFAULT ''
        COMMENT 'what it shows: repost, poll, event, live, album, short_video, video, audio, image, document, link, text, article; empty: the platform does not tell'
