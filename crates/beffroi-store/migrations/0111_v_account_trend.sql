-- As 0097, with whether the account's stratum was covered that night. The name and the columns stay, whatever
-- becomes of the table.
CREATE OR REPLACE VIEW v_account_trend
(
    night Date COMMENT 'the judged night',
    run_id LowCardinality(String) COMMENT 'its run',
    account_id UUID COMMENT 'who is compared',
    platform LowCardinality(String) COMMENT 'where it is: only accounts of one platform are peers',
    week Date COMMENT 'Monday of the last week whose posts are all closed',
    week_interactions Nullable(Float64) COMMENT 'interactions of the posts of that week; NULL: not known',
    week_before Nullable(Float64) COMMENT 'the same of the week before',
    week_year_before Nullable(Float64) COMMENT 'the same of the same week 52 weeks before: the median with its two neighbours',
    week_ratio Nullable(Float64) COMMENT '(week_interactions + 1) / (week_before + 1)',
    week_peers_ratio Nullable(Float64) COMMENT 'median of week_ratio over the accounts of the platform; NULL: fewer than 30',
    week_deviation Nullable(Float64) COMMENT 'robust standard deviations from the account''s own usual changes from week to week, of the 52 weeks before that the calendar does not mark; NULL: fewer than 8 are known',
    week_seasons Array(LowCardinality(String)) COMMENT 'periods of the calendar that touch the week (august, election_municipal …)',
    week_before_seasons Array(LowCardinality(String)) COMMENT 'periods that touch the week before',
    year_from Date COMMENT 'Monday of the first of the 13 weeks, up to `week`, that are compared with the same weeks a year before',
    year_seasons Array(LowCardinality(String)) COMMENT 'periods of the calendar that touch these weeks',
    year_before_seasons Array(LowCardinality(String)) COMMENT 'periods that touch the same weeks a year before',
    engagement Nullable(Float64) COMMENT 'typical interactions of a post: exp of the mean of ln(1 + interactions), less one, over the 13 weeks; NULL: `engagement_why`',
    engagement_before Nullable(Float64) COMMENT 'the same over the same weeks a year before',
    engagement_ratio Nullable(Float64) COMMENT 'factor between now and a year before; NULL: `engagement_why`',
    engagement_peers_ratio Nullable(Float64) COMMENT 'median of the factor over the peers; NULL: fewer than 30 peers',
    engagement_deviation Nullable(Float64) COMMENT 'robust standard deviations between the account''s change and its peers'', of chance and of what peers differ by',
    engagement_peers LowCardinality(String) COMMENT 'who the peers are: platform and stratum, or the platform alone where the stratum has fewer than 30; empty: too few',
    engagement_why LowCardinality(String) COMMENT 'why there is no factor: no_data (the series does not go back a year), too_few_posts, too_few_followers; empty: there is one',
    activity Nullable(Float64) COMMENT 'posts a week, over the 13 weeks; NULL: `activity_why`',
    activity_before Nullable(Float64) COMMENT 'the same over the same weeks a year before',
    activity_ratio Nullable(Float64) COMMENT 'factor between now and a year before; NULL: `activity_why`',
    activity_peers_ratio Nullable(Float64) COMMENT 'median of the factor over the peers; NULL: fewer than 30 peers',
    activity_deviation Nullable(Float64) COMMENT 'robust standard deviations between the account''s change and its peers'', of chance and of what peers differ by',
    activity_peers LowCardinality(String) COMMENT 'who the peers are: platform and stratum, or the platform alone where the stratum has fewer than 30; empty: too few',
    activity_why LowCardinality(String) COMMENT 'why there is no factor: no_data (the series does not go back a year), too_few_posts, too_few_followers; empty: there is one',
    followers_ratio Nullable(Float64) COMMENT 'followers at the night over those within a week of the day 52 weeks before (median); NULL: `followers_why`',
    followers_peers_ratio Nullable(Float64) COMMENT 'median of the factor over the peers; NULL: fewer than 30 peers',
    followers_deviation Nullable(Float64) COMMENT 'robust standard deviations between the account''s change and its peers'', of chance and of what peers differ by',
    followers_peers LowCardinality(String) COMMENT 'who the peers are: platform and stratum, or the platform alone where the stratum has fewer than 30; empty: too few',
    followers_why LowCardinality(String) COMMENT 'why there is no factor: no_data (the series does not go back a year), too_few_posts, too_few_followers; empty: there is one',
    is_covered UInt8 COMMENT '0: too little of its platform, category and stratum was measured that night (stratum_coverage), and what is said of it is to be flagged or withheld'
)
AS SELECT *, cityHash64(account_id, night) NOT IN (SELECT cityHash64(account_id, night) FROM uncovered_account) AS is_covered
FROM account_trend
COMMENT 'what changed for each account: the last week against the one before, and a quarter against the same weeks a year before, beside its peers'
