-- The jobs of a run by lane, platform and outcome (empty: not ended), and how many of them ended in
-- the last five minutes, by the store's clock.
SELECT
    j.lane AS lane,
    j.platform AS platform,
    o.outcome AS outcome,
    count() AS jobs,
    countIf(o.outcome != '' AND o.ended_at > now64(3) - INTERVAL 300 SECOND) AS recent
FROM
(
    SELECT job_id, any(lane) AS lane, any(platform) AS platform
    FROM job
    WHERE run_id = {run_id:String}
    GROUP BY job_id
) AS j
LEFT JOIN
(
    SELECT job_id, outcome, ended_at
    FROM job_outcome FINAL
    WHERE run_id = {run_id:String}
) AS o ON o.job_id = j.job_id
GROUP BY lane, platform, outcome
ORDER BY lane, platform, outcome
