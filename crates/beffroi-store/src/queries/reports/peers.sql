-- Medians over the accounts of all networks together, by category and stratum, over the window before a
-- judged night. Accounts of platforms whose figures may not be combined or published enter no median;
-- `platforms` are those of which anything entered. E enters only where it is over all three components. A median
-- over fewer than three accounts would tell those of one of them, which the terms may keep to aggregates, and is
-- NULL; `unavailable` says so.
-- `stratum_share` is the mean over these accounts of the share of their strata that the night measured; a line is
-- `not_covered` where it is below `min_coverage`.
-- Parameters: night, window (days), policy, platform, category, stratum, department, region (empty: all),
-- min_coverage, limit.
-- Reads: account_figure, one window of one night; stratum_coverage, one night.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld
SELECT
    any(night) AS night,
    any(run_id) AS run_id,
    any(window_days) AS window_days,
    category,
    stratum,
    count() AS accounts,
    arraySort(groupUniqArray(toString(platform))) AS platforms,
    if(count(posts_per_week_shown) < 3, NULL, median(posts_per_week_shown)) AS posts_per_week,
    count(reply_rate_shown) AS accounts_asked,
    if(accounts_asked < 3, NULL, median(reply_rate_shown)) AS reply_rate,
    count(e_shown) AS accounts_with_e,
    if(accounts_with_e < 3, NULL, median(e_shown)) AS e,
    if(count(e_median_shown) < 3, NULL, median(e_median_shown)) AS e_post_median,
    mapFilter((metric, why) -> why != '', map(
        'posts_per_week', multiIf(posts_per_week IS NOT NULL, '', count(posts_per_week_shown) = 0, 'no_data', 'too_few_accounts'),
        'reply_rate', multiIf(reply_rate IS NOT NULL, '', accounts_asked = 0, 'no_data', 'too_few_accounts'),
        'e', multiIf(e IS NOT NULL, '', accounts_with_e = 0, 'no_data', 'too_few_accounts'),
        'e_post_median', multiIf(e_post_median IS NOT NULL, '', count(e_median_shown) = 0, 'no_data', 'too_few_accounts')
    )) AS unavailable,
    avg(measured) AS stratum_share,
    if(stratum_share < {min_coverage:Float64}, ['not_covered'], []) AS flags,
    arrayStringConcat(arraySort(mapValues(JSONExtract({policy:String}, 'notes', 'Map(String, String)'))), '; ') AS policy
FROM (
    SELECT f.night AS night, run_id, window_days, f.category AS category, f.stratum AS stratum, f.platform AS platform,
           population, v.share AS measured,
           if(has(withheld['posts_per_week'], platform), NULL, posts_per_week) AS posts_per_week_shown,
           if(has(withheld['reply_rate'], platform), NULL, reply_rate) AS reply_rate_shown,
           if(has(withheld['e'], platform) OR is_partial, NULL, e) AS e_shown,
           if(has(withheld['e'], platform) OR is_partial, NULL, e_post_median) AS e_median_shown
    FROM account_figure AS f
    LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
        ON v.platform = f.platform AND v.category = f.category AND v.stratum = f.stratum
    WHERE f.night = {night:Date} AND window_days = {window:UInt16} AND f.platform != 'website'
      AND ({platform:String} = '' OR f.platform = {platform:String})
      AND ({category:String} = '' OR f.category = {category:String})
      AND ({stratum:String} = '' OR f.stratum = {stratum:String})
      AND ({department:String} = '' OR department_code = {department:String})
      AND ({region:String} = '' OR region_code = {region:String})
)
WHERE posts_per_week_shown IS NOT NULL OR reply_rate_shown IS NOT NULL OR e_shown IS NOT NULL
GROUP BY category, stratum
ORDER BY
    indexOf(['region', 'collectivite_territoriale_unique', 'departement', 'collectivite_outre_mer',
             'metropole', 'communaute_urbaine', 'communaute_agglomeration', 'communaute_communes',
             'etablissement_public_territorial', 'commune'], category),
    min(population)
LIMIT {limit:UInt32}
