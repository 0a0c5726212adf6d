-- What changed in presence between the judged night {previous:Date} and the judged night {night:Date}, run
-- {run_id:String}. An account is there unless it was found absent. One that comes while one with the same
-- permanent id goes is that one, renamed; one that comes while another goes, of the same body on the same
-- platform, has taken its place (moved). A body that had an account on a platform and has none departed,
-- and one that departed before and has one came back. What a night between the two told already is not told
-- again: where nights were thinned out, the night compared with may lie some days before.
WITH
    identities AS (
        SELECT account_id, argMax(permanent_id, (night, observed_at)) AS identity
        FROM account_observation FINAL
        WHERE night > {night:Date} - 35 AND night <= {night:Date} AND permanent_id != ''
        GROUP BY account_id
    ),
    -- Of each body on each platform, who was there in either night, in the order of ids.
    both AS (
        SELECT
            p.collectivity_id AS collectivity_id, p.platform AS platform,
            arraySort(groupArrayIf((p.account_id, p.handle, i.identity), p.night = {night:Date})) AS here,
            arraySort(groupArrayIf((p.account_id, p.handle, i.identity), p.night = {previous:Date})) AS there,
            arrayFilter(it -> NOT has(there.1, it.1), here) AS come,
            arrayFilter(it -> NOT has(here.1, it.1), there) AS gone
        FROM presence_figure AS p
        LEFT JOIN identities AS i ON i.account_id = p.account_id
        WHERE p.night IN ({night:Date}, {previous:Date}) AND p.state != 'absent'
        GROUP BY collectivity_id, platform
        HAVING notEmpty(come) OR notEmpty(gone)
    ),
    departed AS (
        SELECT DISTINCT collectivity_id, platform FROM presence_event FINAL
        WHERE event = 'departed' AND night < {night:Date}
    ),
    changes AS (
        SELECT
            collectivity_id, platform,
            arrayFilter(it -> it.3 != '' AND has(gone.3, it.3), come) AS renamed,
            arrayFilter(it -> NOT has(renamed.1, it.1), come) AS others_come,
            arrayFilter(it -> NOT (it.3 != '' AND has(renamed.3, it.3)), gone) AS others_gone,
            least(length(others_come), length(others_gone)) AS moves,
            arrayConcat(
                arrayMap(it -> (it.1, 'renamed', concat(gone[indexOf(gone.3, it.3)].2, ' -> ', it.2)), renamed),
                arrayMap((old, new) -> (new.1, 'moved', concat(old.2, ' -> ', new.2)),
                         arraySlice(others_gone, 1, moves), arraySlice(others_come, 1, moves)),
                arrayMap(it -> (it.1, 'opened', it.2), arraySlice(others_come, moves + 1)),
                arrayMap(it -> (it.1, 'closed', it.2), arraySlice(others_gone, moves + 1)),
                if(empty(here), [(there[1].1, 'departed', there[1].2)], []),
                if(empty(there) AND (collectivity_id, platform) IN departed,
                   [(here[1].1, 'came_back', here[1].2)], [])
            ) AS events
        FROM both
    )
SELECT
    {night:Date} AS night,
    {run_id:String} AS run_id,
    collectivity_id, platform,
    change.1 AS account_id,
    change.2 AS event,
    {previous:Date} AS previous_night,
    change.3 AS detail,
    now64(3, 'UTC') AS written_at
FROM changes
ARRAY JOIN events AS change
WHERE (collectivity_id, platform, change.1, change.2) NOT IN (
    SELECT collectivity_id, platform, account_id, event FROM presence_event FINAL
    WHERE night > {previous:Date} AND night < {night:Date})
