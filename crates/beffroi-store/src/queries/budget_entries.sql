SELECT platform, credential, bucket, entry_id, reserved_at, reserved, spent, worker, version
FROM budget_entry FINAL
WHERE platform = {platform:String} AND credential = {credential:String} AND bucket = {bucket:String}
  AND reserved_at >= fromUnixTimestamp64Milli({since:Int64})
