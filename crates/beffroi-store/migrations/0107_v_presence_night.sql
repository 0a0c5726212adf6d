-- Who is where, as each judged night saw it. The name and the columns stay, whatever becomes of the table.
-- Read it with `WHERE night = …`: a night is a partition.
CREATE OR REPLACE VIEW v_presence_night
(
    night Date COMMENT 'the judged night',
    run_id LowCardinality(String) COMMENT 'its run',
    collectivity_id String COMMENT 'whose account it is; an account of several has a row for each',
    category LowCardinality(String) COMMENT 'of the collectivity; empty: not in the registry',
    stratum LowCardinality(String) COMMENT 'of the collectivity''s population; empty: not in the registry',
    population Nullable(UInt32) COMMENT 'inhabitants of the collectivity; NULL: not known',
    department_code LowCardinality(String) COMMENT 'of the collectivity',
    region_code LowCardinality(String) COMMENT 'of the collectivity',
    platform LowCardinality(String) COMMENT 'where the account is; `website` is the site itself',
    account_id UUID COMMENT 'the account',
    handle String COMMENT 'its handle',
    url String COMMENT 'its address',
    confidence Float32 COMMENT 'that it is the collectivity''s own, 0.5 to 1',
    sources Array(LowCardinality(String)) COMMENT 'who says so: shipped, directory, bodies, websites, corrections, discovery',
    first_seen Date COMMENT 'the first night in which any source said so',
    state LowCardinality(String) COMMENT 'absent, forbidden or failed: as its last visit within 35 nights ended; else active, or dormant: nothing published for 90 days; unknown: not visited, or too little seen to tell',
    last_post_at Nullable(DateTime64(3, 'UTC')) COMMENT 'its last known post before the run''s as_of; NULL: none known',
    followers Nullable(UInt64) COMMENT 'followers that night; NULL: not known, or not visited that night',
    hosting_only UInt8 COMMENT '1: a video channel that only hosts: five closed posts or more in 365 days, all known to have neither reactions nor comments',
    reachable Nullable(UInt8) COMMENT 'of a website: 1, it answered; NULL: no website, or not visited',
    https Nullable(UInt8) COMMENT 'of a website: 1, over TLS; NULL: no website, or not visited',
    stale Nullable(UInt8) COMMENT 'of a website: 1, it last published more than 90 days before; NULL: no website, or nothing is known of what it publishes',
    is_covered UInt8 COMMENT '0: too little of its platform, category and stratum, or of their websites, on which accounts are found, was measured that night (stratum_coverage), and shares and counts over them are to be flagged or withheld'
)
AS WITH
    uncovered AS (SELECT night, platform, category, stratum FROM stratum_coverage WHERE is_covered = 0)
SELECT
    *,
    (night, platform, category, stratum) NOT IN uncovered
        AND (night, 'website', category, stratum) NOT IN uncovered AS is_covered
FROM presence_figure
COMMENT 'an account that counted as a collectivity''s own in a judged night, with its state'
