-- The tables of attempts that were cut short: the name of a table of figures and eight hexadecimal digits.
SELECT name FROM system.tables
WHERE database = currentDatabase()
  AND match(name, '^(post_reading|post_figure|thread_figure|night_account|account_figure|presence_figure|presence_event|stratum_coverage)_[0-9a-f]{8}$')
ORDER BY name
