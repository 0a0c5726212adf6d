-- Which handle an account bore when: `handle` is the one it was asked for by, or the one that the
-- platform said it bears today. Accounts of one `permanent_id` are one and the same under several
-- handles; it is empty where the platform shows none.
CREATE OR REPLACE VIEW v_handle AS
SELECT
    o.platform AS platform,
    o.permanent_id AS permanent_id,
    o.account_id AS account_id,
    if(o.renamed_to = '', a.handle, o.renamed_to) AS handle,
    min(o.night) AS first_seen,
    max(o.night) AS last_seen
FROM (SELECT account_id, platform, night, permanent_id, renamed_to FROM account_observation FINAL) AS o
INNER JOIN (SELECT account_id, any(handle) AS handle FROM job GROUP BY account_id) AS a
    ON a.account_id = o.account_id
GROUP BY platform, permanent_id, account_id, handle
