-- Every planned job with how it ended, counted by platform, category, stratum and reason. The body of
-- a job is the first of its collectivities.
SELECT j.platform AS platform,
       c.category AS category,
       c.stratum AS stratum,
       o.outcome AS outcome,
       o.reason AS reason,
       count() AS jobs
FROM (SELECT job_id, platform, collectivity_ids[1] AS collectivity_id
      FROM job FINAL WHERE run_id = {run_id:String}) AS j
LEFT JOIN (SELECT job_id, outcome, reason FROM job_outcome FINAL
           WHERE run_id = {run_id:String}) AS o ON o.job_id = j.job_id
LEFT JOIN (SELECT collectivity_id, category, stratum FROM v_collectivity) AS c
    ON c.collectivity_id = j.collectivity_id
GROUP BY platform, category, stratum, outcome, reason
ORDER BY platform, category, stratum, outcome, reason
