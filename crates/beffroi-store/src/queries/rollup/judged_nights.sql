-- The nights that are judged: those of a complete run over everything. The oldest first.
SELECT toString(run_id) AS run_id, night, as_of
FROM run FINAL
WHERE state = 'complete' AND scope = '{}'
ORDER BY night
