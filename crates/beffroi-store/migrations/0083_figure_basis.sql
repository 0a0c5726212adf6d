-- What the newest roll-up of the newest night had before it: at most one row, so that the next night's can
-- go on from its figures of posts. It is emptied when a roll-up begins and written when it has ended whole.
CREATE TABLE IF NOT EXISTS figure_basis
(
    night      Date COMMENT 'the night that was rolled up, the newest that was judged',
    run_id     String COMMENT 'its run',
    statements String COMMENT 'SHA-256, in hexadecimal digits, of the statements that computed the posts',
    facts      String COMMENT 'JSON: of each source and night the rows and the sum of their times, as they were stored when it began',
    written_at DateTime64(3, 'UTC') COMMENT 'when it had ended'
)
ENGINE = MergeTree
ORDER BY night
