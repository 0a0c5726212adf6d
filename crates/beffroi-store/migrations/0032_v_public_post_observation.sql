-- Counters of posts as far as they may be published one account at a time; what may not is NULL.
-- Where the list of posts itself may not, its rows are missing.
CREATE OR REPLACE VIEW v_public_post_observation AS
WITH
    (SELECT groupArray(concat(platform, ':', metric)) FROM policy FINAL WHERE publish IN ('yes', 'notice')) AS shown
SELECT
    account_id, post_id, run_id, night, observed_at, platform,
    if(has(shown, concat(platform, ':reactions')), reactions, NULL) AS reactions,
    if(has(shown, concat(platform, ':comments')), comments, NULL) AS comments,
    if(has(shown, concat(platform, ':shares')), shares, NULL) AS shares,
    if(has(shown, concat(platform, ':views')), views, NULL) AS views
FROM post_observation FINAL
WHERE has(shown, concat(platform, ':posts'))
