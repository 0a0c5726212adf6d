-- The figures of each account over each window of days before a judged night: one row for each account of
-- the night's plan, also where all figures are missing. The columns of metrics are those of
-- config/metrics.toml at the level of an account, named as there; NULL is missing, and `unavailable` says
-- why. Computed by the roll-up of a night, which replaces the night whole (see
-- src/queries/rollup/account_figure.sql). Of nights older than 35 days only Sundays are kept.
-- Sort key: the window, then the account, since a report reads one window of all accounts.
CREATE TABLE IF NOT EXISTS account_figure
(
    night           Date COMMENT 'the judged night: the windows end at its run''s as_of',
    run_id          LowCardinality(String) COMMENT 'the run whose figures end the windows',
    window_days     UInt16 COMMENT 'length of the window: 7, 28, 90 or 365 days',
    account_id      UUID COMMENT 'whose figures these are',
    platform        LowCardinality(String) COMMENT 'where it is',
    handle          String COMMENT 'its handle in the night''s plan' CODEC(ZSTD(1)),
    collectivity_id String COMMENT 'its collectivity; of an account of several, the first one' CODEC(ZSTD(1)),
    category        LowCardinality(String) COMMENT 'of the collectivity; empty: not in the registry',
    stratum         LowCardinality(String) COMMENT 'of the collectivity''s population; empty: not in the registry',
    population      Nullable(UInt32) COMMENT 'inhabitants of the collectivity; NULL: not known',
    department_code LowCardinality(String) COMMENT 'of the collectivity',
    region_code     LowCardinality(String) COMMENT 'of the collectivity',
    followers       Nullable(Float64) COMMENT 'F: followers at the end of the window',
    weekly_growth   Nullable(Float64) COMMENT '(F1 / F0)^(7 / D) - 1, share per week, compound',
    coverage        Nullable(Float64) COMMENT 'F / H * 1000, followers per thousand inhabitants',
    posts_per_week  Nullable(Float64) COMMENT 'posts per week, young posts included',
    median_gap      Nullable(Float64) COMMENT 'days, median of those between consecutive posts',
    applause        Nullable(Float64) COMMENT 'sum R / N, reactions per post',
    conversation    Nullable(Float64) COMMENT 'sum K / N, comments per post',
    amplification   Nullable(Float64) COMMENT 'sum S / N, shares per post',
    p1              Nullable(Float64) COMMENT 'share of posts with reactions',
    p2              Nullable(Float64) COMMENT 'reactions per post',
    p3              Nullable(Float64) COMMENT 'reactions per post and thousand followers',
    c1              Nullable(Float64) COMMENT 'share of posts with comments',
    c2              Nullable(Float64) COMMENT 'comments per post',
    c3              Nullable(Float64) COMMENT 'comments per post and thousand followers',
    v1              Nullable(Float64) COMMENT 'share of posts with shares',
    v2              Nullable(Float64) COMMENT 'shares per post',
    v3              Nullable(Float64) COMMENT 'shares per post and thousand followers',
    e               Nullable(Float64) COMMENT 'E = P3 + C3 + V3 over `components`, interactions per post and thousand followers at collection',
    e_components    Nullable(Float64) COMMENT 'how many of R, K and S are in E, 1 to 3; which ones: `components`',
    e_post_mean     Nullable(Float64) COMMENT 'mean of the posts'' interactions per thousand followers at publication',
    e_post_median   Nullable(Float64) COMMENT 'median of the same',
    e_post_trimmed  Nullable(Float64) COMMENT 'mean of the same without a fifth at each end',
    er_post         Nullable(Float64) COMMENT 'mean of the posts'' interactions in percent of followers at publication',
    weighted_e_post Nullable(Float64) COMMENT 'mean of R + 2 K + 3 S per thousand followers at publication',
    interactions    Nullable(Float64) COMMENT 'sum of I over the closed posts that show all `components`',
    interactions_per_inhabitant Nullable(Float64) COMMENT 'interactions per thousand inhabitants and week',
    views_median    Nullable(Float64) COMMENT 'median of the posts'' views',
    views_mean      Nullable(Float64) COMMENT 'mean of the posts'' views',
    overperformance Nullable(Float64) COMMENT 'median over the window''s closed posts of (I + 1) / (expected + 1), expected from the account''s own past',
    threads         Nullable(Float64) COMMENT 'threads that visitors opened in the window',
    reply_rate      Nullable(Float64) COMMENT 'share of threads answered within 7 days, of those watched for 7 days; at least 10',
    answered_2h     Nullable(Float64) COMMENT 'share of threads answered within 2 hours, of those watched for 2 hours; at least 10',
    answered_24h    Nullable(Float64) COMMENT 'share of threads answered within 24 hours, of those watched for 24 hours; at least 10',
    reply_delay_quartile       Nullable(Float64) COMMENT 'hours until a quarter of the threads is answered (Kaplan-Meier)',
    reply_delay_median         Nullable(Float64) COMMENT 'hours until half of the threads are answered (Kaplan-Meier)',
    reply_delay_upper_quartile Nullable(Float64) COMMENT 'hours until three quarters of the threads are answered (Kaplan-Meier)',
    components      LowCardinality(String) COMMENT 'those in E: RKS, RK, R …; empty: none',
    is_partial      UInt8 COMMENT '1: E is over one or two components, and is compared only with those over the same ones',
    closed_posts    UInt32 COMMENT 'N: posts of the window that were read at an age of seven days or more',
    young_posts     UInt32 COMMENT 'posts of the window that were read too young, and are in no figure but posts_per_week and median_gap',
    posts_assumed_followers UInt32 COMMENT 'closed posts whose followers at publication are not known, so that F stands in for them',
    closed_threads  UInt32 COMMENT 'threads of the window that were answered or watched for seven days',
    last_post_at    Nullable(DateTime64(3, 'UTC')) COMMENT 'the account''s last known post before the window''s end; NULL: none in the 365 days before it',
    implausible     Array(LowCardinality(String)) COMMENT 'figures of the night that fell to a tenth or rose tenfold since they were last seen',
    unavailable     Map(LowCardinality(String), LowCardinality(String)) COMMENT 'missing metric -> reason'
)
ENGINE = MergeTree
PARTITION BY night
ORDER BY (window_days, account_id)
