-- The judged nights that are kept, the latest first. A night is a partition, so that no column is read.
-- Parameters: none.
SELECT DISTINCT partition AS night
FROM system.parts
WHERE database = currentDatabase() AND table = 'account_figure' AND active
ORDER BY night DESC
LIMIT 400
