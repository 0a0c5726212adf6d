-- Medians over the accounts of all platforms together, by category and stratum, of the figures that the
-- engagement report gives of each account. What may not be combined or published is NULL there, and
-- enters no median; `platforms` are those of which anything entered.
SELECT
    category,
    stratum,
    count() AS accounts,
    arraySort(groupUniqArray(toString(platform))) AS platforms,
    median(one.posts_per_week) AS posts_per_week,
    median(one.interactions_per_post) AS interactions_per_post,
    count(one.reply_rate) AS accounts_asked,
    median(one.reply_rate) AS reply_rate,
    count(one.engagement_e) AS accounts_with_e,
    median(one.engagement_e) AS engagement_e,
    arrayStringConcat(arraySort(mapValues(JSONExtract({policy:String}, 'notes', 'Map(String, String)'))), '; ') AS policy
FROM (
-- engagement.sql
) AS one
WHERE one.posts_per_week IS NOT NULL OR one.interactions_per_post IS NOT NULL OR one.reply_rate IS NOT NULL
   OR one.engagement_e IS NOT NULL
GROUP BY category, stratum
ORDER BY
    indexOf(['region', 'collectivite_territoriale_unique', 'departement', 'collectivite_outre_mer',
             'metropole', 'communaute_urbaine', 'communaute_agglomeration', 'communaute_communes',
             'etablissement_public_territorial', 'commune'], category),
    indexOf(['<500', '500-1999', '2000-3499', '3500-4999', '5000-9999', '10000-19999', '20000-49999',
             '50000-99999', '>=100000'], stratum)
