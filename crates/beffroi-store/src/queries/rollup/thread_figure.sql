-- Each thread that visitors opened from {first_week:Date} (a Monday) to the end of the week of
-- {last_week:Date} (a Monday too), under the posts of the accounts from {first_account:UUID} to
-- {end_account:UUID}, that one not included: the first reply that any run saw, and when it was last looked at.
-- Of a week, what was seen counts up to the 48th night after its Monday, as for posts. Unanswered threads
-- stay, with a NULL reply.
SELECT
    account_id, post_id, opened_at, rank,
    any(its_platform) AS platform,
    min(its_reply) AS replied_at,
    max(observed_at) AS seen_until,
    argMax(run, (observed_at, run)) AS run_id
FROM (
    SELECT account_id, post_id, opened_at, rank, platform AS its_platform, replied_at AS its_reply,
           observed_at, toString(run_id) AS run
    FROM dialogue FINAL
    WHERE account_id >= {first_account:UUID} AND account_id < {end_account:UUID}
      AND opened_at >= toDateTime64({first_week:Date}, 3, 'UTC')
      AND opened_at < toDateTime64({last_week:Date} + 7, 3, 'UTC')
      -- A night is a day in France, which begins up to two hours before that of UTC.
      AND night >= {first_week:Date} - 1
      AND night <= {last_week:Date} + 48
      AND night <= toMonday(opened_at) + 48
)
GROUP BY account_id, post_id, opened_at, rank
