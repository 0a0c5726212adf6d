-- As 0075, with whether the account's stratum was covered that night. The name and the columns stay, whatever
-- becomes of the table.
CREATE OR REPLACE VIEW v_alert
(
    night Date COMMENT 'the judged night',
    run_id LowCardinality(String) COMMENT 'its run',
    account_id UUID COMMENT 'which account it is about',
    platform LowCardinality(String) COMMENT 'where it is',
    collectivity_id String COMMENT 'its collectivity',
    kind LowCardinality(String) COMMENT 'follower_jump_up, follower_jump_down, raid, silence, change_point …',
    day Date COMMENT 'the day it is about',
    says_fr String COMMENT 'why, in French, with the figures',
    says_en String COMMENT 'why, in English, with the figures',
    figures Map(LowCardinality(String), Float64) COMMENT 'the figures behind it, by name',
    is_covered UInt8 COMMENT '0: too little of its platform, category and stratum was measured that night (stratum_coverage), and what is said of it is to be flagged or withheld'
)
AS SELECT *, cityHash64(account_id, night) NOT IN (SELECT cityHash64(account_id, night) FROM uncovered_account) AS is_covered
FROM alert
COMMENT 'something that a judged night found to be looked at, with the figures behind it'
