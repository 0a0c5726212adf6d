-- The platforms of which a judged night has figures.
-- Parameters: night. Reads one partition of the small table of coverage.
SELECT DISTINCT platform FROM stratum_coverage
WHERE night = {night:Date}
ORDER BY platform
