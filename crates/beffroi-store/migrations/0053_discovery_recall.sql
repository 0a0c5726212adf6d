-- How much of what exists discovery knows, by capture-recapture from two routes: the State's directory, and
-- the bodies' own websites. One row for each platform (`stratum` = all) and for each stratum in which
-- enough was found. Computed by beffroi-index (presence) from presence_figure and replaced whole, a night
-- at a time. The routes are not truly independent, so recall looks better than it is.
-- Sort key: the platform, then the stratum.
CREATE TABLE IF NOT EXISTS discovery_recall
(
    night          Date COMMENT 'the judged night',
    run_id         LowCardinality(String) COMMENT 'its run',
    platform       LowCardinality(String) COMMENT 'of the accounts counted',
    stratum        LowCardinality(String) COMMENT 'population stratum of the bodies; all: of every size',
    directory_only UInt32 COMMENT 'accounts that the directory names and no website shows',
    website_only   UInt32 COMMENT 'accounts that a website shows and the directory does not name',
    both           UInt32 COMMENT 'accounts of both routes',
    estimate       Float64 COMMENT 'how many exist, as Chapman''s estimator has it',
    low            Float64 COMMENT 'lower end of its interval at 95 %',
    high           Float64 COMMENT 'upper end of its interval at 95 %',
    recall         Float64 COMMENT 'share of the estimate that the two routes found together, 0 to 1',
    recall_low     Float64 COMMENT 'lower end of its interval at 95 %',
    recall_high    Float64 COMMENT 'upper end of its interval at 95 %'
)
ENGINE = MergeTree
PARTITION BY night
ORDER BY (platform, stratum)
