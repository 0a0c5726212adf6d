SELECT claim, who, what, claimed_at, state, version
FROM lease FINAL
WHERE name = {name:String} AND state != 'released' AND expires_at > now64(6)
ORDER BY claimed_at, claim
