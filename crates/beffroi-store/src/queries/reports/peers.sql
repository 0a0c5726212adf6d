-- Medians over the accounts of all networks together, by category and stratum, over the window before a
-- judged night. Accounts of platforms whose figures may not be combined or published enter no median;
-- `platforms` are those of which anything entered. E enters only where it is over all three components.
-- Parameters: night, window (days), policy, platform, category, stratum, department, region (empty: all),
-- limit.
-- Reads: account_figure, one window of one night.
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
    median(posts_per_week_shown) AS posts_per_week,
    count(reply_rate_shown) AS accounts_asked,
    median(reply_rate_shown) AS reply_rate,
    count(e_shown) AS accounts_with_e,
    median(e_shown) AS e,
    median(e_median_shown) AS e_post_median,
    arrayStringConcat(arraySort(mapValues(JSONExtract({policy:String}, 'notes', 'Map(String, String)'))), '; ') AS policy
FROM (
    SELECT night, run_id, window_days, category, stratum, platform, population,
           if(has(withheld['posts_per_week'], platform), NULL, posts_per_week) AS posts_per_week_shown,
           if(has(withheld['reply_rate'], platform), NULL, reply_rate) AS reply_rate_shown,
           if(has(withheld['e'], platform) OR is_partial, NULL, e) AS e_shown,
           if(has(withheld['e'], platform) OR is_partial, NULL, e_post_median) AS e_median_shown
    FROM account_figure
    WHERE night = {night:Date} AND window_days = {window:UInt16} AND platform != 'website'
      AND ({platform:String} = '' OR platform = {platform:String})
      AND ({category:String} = '' OR category = {category:String})
      AND ({stratum:String} = '' OR stratum = {stratum:String})
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
