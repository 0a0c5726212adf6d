-- The registry of a generated world, in force since the day before its first night.
SELECT toDateTime64({first_night:Date} - 1, 3, 'UTC'), 'generated', [], {accounts:UInt64} / 4, {accounts:UInt64}
