-- From what the next roll-up may go on, if from anything.
SELECT night, statements, facts FROM figure_basis ORDER BY written_at DESC LIMIT 1
