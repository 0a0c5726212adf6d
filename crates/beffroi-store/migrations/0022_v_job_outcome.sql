-- Each planned job with its outcome; an empty outcome is a job that has not ended yet.
CREATE VIEW IF NOT EXISTS v_job_outcome AS
SELECT
    j.run_id AS run_id, j.job_id AS job_id, j.account_id AS account_id, j.platform AS platform,
    j.handle AS handle, j.url AS url, j.lane AS lane, j.origin AS origin,
    j.collectivity_ids AS collectivity_ids,
    o.outcome AS outcome, o.reason AS reason, o.attempt AS attempt, o.ended_at AS ended_at
FROM (SELECT * FROM job FINAL) AS j
LEFT JOIN (SELECT * FROM job_outcome FINAL) AS o ON o.run_id = j.run_id AND o.job_id = j.job_id
