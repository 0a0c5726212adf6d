-- The whole partition is rewritten without these rows, so that no copy of them comes back; a lightweight
-- delete would do as well, but its setting for waiting changed its name between versions of ClickHouse.
ALTER TABLE job_outcome DELETE IN PARTITION ID {partition:String}
WHERE run_id = {run_id:String} AND job_id IN {jobs:Array(UUID)}
