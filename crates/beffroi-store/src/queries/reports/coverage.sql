-- How much of each stratum a judged night measured, the least covered first.
-- Parameters: night, platform, category, stratum (empty: all), limit.
-- Reads: stratum_coverage, one night.
SELECT night, run_id, platform, category, stratum, planned, ended_with_figures, share AS stratum_share, is_covered
FROM stratum_coverage
WHERE night = {night:Date}
  AND ({platform:String} = '' OR platform = {platform:String})
  AND ({category:String} = '' OR category = {category:String})
  AND ({stratum:String} = '' OR stratum = {stratum:String})
ORDER BY is_covered, share, platform, category, stratum
LIMIT {limit:UInt32}
