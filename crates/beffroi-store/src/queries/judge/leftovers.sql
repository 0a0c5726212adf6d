-- The tables of attempts that were cut short: the name of the table {table:String} and eight hexadecimal digits.
SELECT name FROM system.tables
WHERE database = currentDatabase() AND match(name, concat('^', {table:String}, '_[0-9a-f]{8}$'))
