-- The nights that have figures, with their run and the end of their windows, the oldest first.
-- Parameters: since, until. Reads: the column of nights of account_figure.
SELECT figures.night AS night, figures.run_id AS run_id, run.as_of AS as_of
FROM
(
    SELECT night, any(toString(run_id)) AS run_id
    FROM account_figure
    WHERE night BETWEEN {since:Date} AND {until:Date}
    GROUP BY night
) AS figures
INNER JOIN (SELECT run_id, as_of FROM run FINAL) AS run ON run.run_id = figures.run_id
ORDER BY night
