-- As 0100, with collectivity_figure and uncovered_account.
--
-- The content of each table for each run, repeats removed, in one number: the same whoever did the work,
-- when, in which order and how often. Left out are the columns that tell just that (times of observation
-- and writing, worker, attempts, exchanges), a job's lane, which follows the addresses of the day, and its
-- bodies (of an account found on two bodies' sites the first counts, and which is first is chance;
-- `account` has both). Posts count for the last run that saw them. Exchanges (fetch_log) and connectors'
-- states are no facts.
-- Figures are computed from the facts, and follow the moment at which the run's windows end: those of a
-- judged night count for its run, those of posts and threads for the run whose reading counts. The judgement
-- holds every version of the index by which the night was judged. Read it with `WHERE run_id = …`.
CREATE OR REPLACE VIEW v_checksum
(
    run_id String COMMENT 'the run',
    table_name String COMMENT 'the table; one in which the run has no row is not there',
    content String COMMENT 'facts: what was observed; figures: what a roll-up and a judgement computed from it',
    rows UInt64 COMMENT 'rows, repeats removed',
    checksum UInt64 COMMENT 'equal where the rows are, in whatever order'
)
AS
SELECT toString(run_id) AS run_id, 'job' AS table_name, 'facts' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (planned_at, lane, collectivity_ids)))))) AS checksum
FROM job FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'job_outcome' AS table_name, 'facts' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (attempt, fetches, worker, ended_at)))))) AS checksum
FROM job_outcome FINAL GROUP BY run_id
UNION ALL
SELECT seen_in AS run_id, 'account' AS table_name, 'facts' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (seen_at)))))) AS checksum
FROM account FINAL WHERE source = 'discovery' GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'account_observation' AS table_name, 'facts' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at, unavailable), mapSort(unavailable)))))) AS checksum
FROM account_observation FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'post' AS table_name, 'facts' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (seen_at)))))) AS checksum
FROM post FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'post_observation' AS table_name, 'facts' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at)))))) AS checksum
FROM post_observation FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'dialogue' AS table_name, 'facts' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at)))))) AS checksum
FROM dialogue FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'site_observation' AS table_name, 'facts' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at, unavailable), mapSort(unavailable)))))) AS checksum
FROM site_observation FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'post_figure' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (observed_at)))))) AS checksum
FROM post_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'thread_figure' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (seen_until)))))) AS checksum
FROM thread_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'account_figure' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (unavailable), mapSort(unavailable)))))) AS checksum
FROM account_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'presence_figure' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(*))))) AS checksum
FROM presence_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'stratum_coverage' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(*))))) AS checksum
FROM stratum_coverage GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'uncovered_account' AS table_name, 'figures' AS content, uniqExact(account_id) AS rows,
       cityHash64(rows, arraySum(arrayMap(it -> cityHash64(toString(it)), groupUniqArray((night, account_id))))) AS checksum
FROM uncovered_account GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'collectivity_figure' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (unavailable), mapSort(unavailable)))))) AS checksum
FROM collectivity_figure GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'presence_event' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (written_at)))))) AS checksum
FROM presence_event FINAL GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'account_score' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (parts), mapSort(parts)))))) AS checksum
FROM account_score GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'collectivity_score' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(*))))) AS checksum
FROM collectivity_score GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'account_trend' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(*))))) AS checksum
FROM account_trend GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'alert' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(* EXCEPT (figures), mapSort(figures)))))) AS checksum
FROM alert GROUP BY run_id
UNION ALL
SELECT toString(run_id) AS run_id, 'discovery_recall' AS table_name, 'figures' AS content, count() AS rows,
       cityHash64(count(), sum(cityHash64(toString(tuple(*))))) AS checksum
FROM discovery_recall GROUP BY run_id
COMMENT 'the content of a table in a run, in one number'
