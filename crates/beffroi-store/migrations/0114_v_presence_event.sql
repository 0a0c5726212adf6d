-- As 0074, with whether the account's stratum was covered that night. The name and the columns stay, whatever
-- becomes of the table.
CREATE OR REPLACE VIEW v_presence_event
(
    night Date COMMENT 'the judged night in which it was seen',
    run_id LowCardinality(String) COMMENT 'its run',
    collectivity_id String COMMENT 'whose presence changed',
    platform LowCardinality(String) COMMENT 'where',
    account_id UUID COMMENT 'the account it is about; of `departed` the last one there, of `came_back` the first one',
    event LowCardinality(String) COMMENT 'opened: a new account is there; closed: it is there no more; renamed: the same under another handle; moved: a new account took the place of a closed one; departed: the collectivity has none on the platform any more; came_back: it has one again',
    previous_night Date COMMENT 'the judged night that it was compared with',
    detail String COMMENT 'handle, or `old -> new`',
    is_covered UInt8 COMMENT '0: too little of its platform, category and stratum was measured that night (stratum_coverage), and what is said of it is to be flagged or withheld'
)
AS SELECT
    * EXCEPT (written_at),
    cityHash64(account_id, night) NOT IN (SELECT cityHash64(account_id, night) FROM uncovered_account) AS is_covered
FROM presence_event FINAL
COMMENT 'an account that opened, closed, was renamed or moved; a collectivity that left a platform or came back'
