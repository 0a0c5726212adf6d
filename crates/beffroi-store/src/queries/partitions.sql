-- The partitions of {table:String} that hold anything.
SELECT DISTINCT partition_id FROM system.parts
WHERE active AND rows > 0 AND database = currentDatabase() AND table = {table:String}
ORDER BY partition_id
