-- The tables of attempts that were cut short: the name of one of {tables:Array(String)} and eight
-- hexadecimal digits.
SELECT name FROM system.tables
WHERE database = currentDatabase()
  AND match(name, '_[0-9a-f]{8}$')
  AND has({tables:Array(String)}, substring(name, 1, length(name) - 9))
ORDER BY name
