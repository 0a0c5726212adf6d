-- As 0040, and beside the facts the figures that were computed from them (post_figure, thread_figure,
-- account_figure, presence_figure, stratum_coverage, presence_event): those of a judged night for its run,
-- those of posts and threads for the run whose reading counts. Figures are the same however often the
-- facts arrived and in which order, but follow the moment at which the run's windows end.
-- The content of each table of facts for each run, repeats removed, in one number: the same whoever did
-- the work, when, in which order and how often. Left out are the columns that tell just that (times of
-- observation and writing, worker, attempts, exchanges), a job's lane, which follows the addresses of
-- the day, and its bodies (of an account found on two bodies' sites the first counts, and which is first
-- is chance; `account` has both). Posts count for the last run that saw them. Exchanges (fetch_log) and
-- connectors' states are no facts. Read it with `WHERE run_id = …`.
CREATE OR REPLACE VIEW v_checksum AS
SELECT toString(run_id) AS run_id, 'job' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (planned_at, lane, collectivity_ids)))))) AS checksum
FROM job FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'job_outcome' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (attempt, fetches, worker, ended_at)))))) AS checksum
FROM job_outcome FINAL GROUP BY run_id
UNION ALL
SELECT seen_in AS run_id, 'account' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (seen_at)))))) AS checksum
FROM account FINAL WHERE source = 'discovery' GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'account_observation' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at, unavailable), mapSort(unavailable)))))) AS checksum
FROM account_observation FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'post' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (seen_at)))))) AS checksum
FROM post FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'post_observation' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at)))))) AS checksum
FROM post_observation FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'dialogue' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at)))))) AS checksum
FROM dialogue FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'site_observation' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at, unavailable), mapSort(unavailable)))))) AS checksum
FROM site_observation FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'post_figure' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at)))))) AS checksum
FROM post_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'thread_figure' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (seen_until)))))) AS checksum
FROM thread_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'account_figure' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (unavailable), mapSort(unavailable)))))) AS checksum
FROM account_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'presence_figure' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(*))))) AS checksum
FROM presence_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'stratum_coverage' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(*))))) AS checksum
FROM stratum_coverage GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'presence_event' AS table_name, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (written_at)))))) AS checksum
FROM presence_event FINAL GROUP BY run_id
