-- The judged nights, the latest first, each with its run. Reads the small table of coverage, which has
-- rows for every judged night.
SELECT night, any(run_id) AS run_id
FROM stratum_coverage
GROUP BY night
ORDER BY night DESC
