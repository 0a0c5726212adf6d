-- How much of an account's stratum a judged night measured. One read by the sort key.
-- Parameters: {night:Date}, {platform:String}, {category:String}, {stratum:String}.
SELECT planned, ended_with_figures, share, is_covered
FROM stratum_coverage
WHERE night = {night:Date} AND platform = {platform:String} AND category = {category:String}
  AND stratum = {stratum:String}
