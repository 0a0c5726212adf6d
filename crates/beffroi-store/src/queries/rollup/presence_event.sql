-- What changed in presence between the judged night {previous:Date} and the judged night {night:Date}, run
-- {run_id:String}. An account is there unless it was found
-- absent. An account that comes while one with the same permanent id goes is that one, renamed; one that
-- comes while another goes, of the same body on the same platform, has taken its place (moved). A body that
-- had an account on a platform and has none departed, and one that departed before and has one came back.
-- What a night between the two told already is not told again: where nights were thinned out, the night
-- compared with may lie some days before.
WITH
    here AS (
        SELECT collectivity_id, platform, account_id, handle
        FROM presence_figure WHERE night = {night:Date} AND state != 'absent'
    ),
    there AS (
        SELECT collectivity_id, platform, account_id, handle
        FROM presence_figure WHERE night = {previous:Date} AND state != 'absent'
    ),
    identities AS (
        SELECT account_id, argMax(permanent_id, (night, observed_at)) AS identity
        FROM account_observation FINAL
        WHERE night > {night:Date} - 35 AND night <= {night:Date} AND permanent_id != ''
        GROUP BY account_id
    ),
    come AS (
        SELECT collectivity_id, platform, account_id, handle, identity,
               row_number() OVER (PARTITION BY collectivity_id, platform ORDER BY account_id) AS place
        FROM here LEFT JOIN identities USING (account_id)
        WHERE (collectivity_id, account_id) NOT IN (SELECT collectivity_id, account_id FROM there)
    ),
    gone AS (
        SELECT collectivity_id, platform, account_id, handle, identity,
               row_number() OVER (PARTITION BY collectivity_id, platform ORDER BY account_id) AS place
        FROM there LEFT JOIN identities USING (account_id)
        WHERE (collectivity_id, account_id) NOT IN (SELECT collectivity_id, account_id FROM here)
    ),
    -- Who came in whose place: by the permanent id where both show one, else by turn.
    renamed AS (
        SELECT c.collectivity_id AS collectivity_id, c.platform AS platform, c.account_id AS account_id,
               min(g.account_id) AS old_id, argMin(g.handle, g.account_id) AS old_handle, any(c.handle) AS new_handle
        FROM come AS c
        INNER JOIN gone AS g ON g.collectivity_id = c.collectivity_id AND g.platform = c.platform
            AND g.identity = c.identity
        WHERE c.identity != ''
        GROUP BY collectivity_id, platform, account_id
    ),
    moved AS (
        SELECT c.collectivity_id AS collectivity_id, c.platform AS platform, c.account_id AS account_id,
               g.account_id AS old_id, g.handle AS old_handle, c.handle AS new_handle
        FROM (SELECT * FROM come WHERE (collectivity_id, account_id) NOT IN (SELECT collectivity_id, account_id FROM renamed)) AS c
        INNER JOIN (SELECT * FROM gone WHERE (collectivity_id, account_id) NOT IN (SELECT collectivity_id, old_id FROM renamed)) AS g
            ON g.collectivity_id = c.collectivity_id AND g.platform = c.platform AND g.place = c.place
    ),
    changes AS (
        SELECT collectivity_id, platform, account_id, 'renamed' AS event, concat(old_handle, ' -> ', new_handle) AS detail
        FROM renamed
        UNION ALL
        SELECT collectivity_id, platform, account_id, 'moved', concat(old_handle, ' -> ', new_handle)
        FROM moved
        UNION ALL
        SELECT collectivity_id, platform, account_id, 'opened', handle FROM come
        WHERE (collectivity_id, account_id) NOT IN (
            SELECT collectivity_id, account_id FROM renamed UNION ALL SELECT collectivity_id, account_id FROM moved)
        UNION ALL
        SELECT collectivity_id, platform, account_id, 'closed', handle FROM gone
        WHERE (collectivity_id, account_id) NOT IN (
            SELECT collectivity_id, old_id FROM renamed UNION ALL SELECT collectivity_id, old_id FROM moved)
        UNION ALL
        SELECT collectivity_id, platform, min(account_id), 'departed', argMin(handle, account_id) FROM there
        WHERE (collectivity_id, platform) NOT IN (SELECT collectivity_id, platform FROM here)
        GROUP BY collectivity_id, platform
        UNION ALL
        SELECT collectivity_id, platform, min(account_id), 'came_back', argMin(handle, account_id) FROM here
        WHERE (collectivity_id, platform) NOT IN (SELECT collectivity_id, platform FROM there)
          AND (collectivity_id, platform) IN (
              SELECT collectivity_id, platform FROM presence_event FINAL
              WHERE event = 'departed' AND night < {night:Date})
        GROUP BY collectivity_id, platform
    )
SELECT
    {night:Date} AS night,
    {run_id:String} AS run_id,
    collectivity_id, platform, account_id, event,
    {previous:Date} AS previous_night,
    detail,
    now64(3, 'UTC') AS written_at
FROM changes
WHERE (collectivity_id, platform, account_id, event) NOT IN (
    SELECT collectivity_id, platform, account_id, event FROM presence_event FINAL
    WHERE night > {previous:Date} AND night < {night:Date})
