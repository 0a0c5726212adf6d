-- Figures of accounts as far as they may be published one account at a time: what may not is NULL,
-- with the reason `not_publishable`. Where no policy was written yet, nothing may.
CREATE OR REPLACE VIEW v_public_account_observation AS
WITH
    (SELECT groupArray(concat(platform, ':', metric)) FROM policy FINAL WHERE publish IN ('yes', 'notice')) AS shown,
    (SELECT arrayDistinct(groupArrayIf((platform, notice), notice != '')) FROM policy FINAL) AS notices,
    ['followers', 'following', 'posts_total', 'created_at', 'dialogue'] AS metrics,
    arrayFilter(metric -> NOT has(shown, concat(platform, ':', metric)), metrics) AS withheld
SELECT
    account_id, run_id, night, observed_at, platform,
    if(has(withheld, 'followers'), NULL, followers) AS followers,
    if(has(withheld, 'followers'), NULL, followers_step) AS followers_step,
    if(has(withheld, 'following'), NULL, following) AS following,
    if(has(withheld, 'posts_total'), NULL, posts_total) AS posts_total,
    if(has(withheld, 'dialogue'), NULL, threads_opened) AS threads_opened,
    if(has(withheld, 'dialogue'), NULL, threads_answered) AS threads_answered,
    permanent_id, renamed_to,
    if(has(withheld, 'created_at'), NULL, created_at) AS created_at,
    mapUpdate(mapFromArrays(withheld, arrayMap(metric -> 'not_publishable', withheld)),
              unavailable) AS unavailable,
    arrayFilter(figure -> NOT has(withheld, figure), implausible) AS implausible,
    arrayStringConcat(arrayMap(it -> it.2, arrayFilter(it -> it.1 = platform, notices)), '; ') AS notice
FROM account_observation FINAL
