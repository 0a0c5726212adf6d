-- Only a claim that still lives can be renewed: one that has expired stays so. The release leaps over
-- the version of a renewal that is still on its way.
INSERT INTO lease (name, claim, who, what, claimed_at, expires_at, state, version)
SELECT name, claim, who, what,
       claimed_at, now64(6) + toIntervalMillisecond({ttl_ms:UInt32}), {state:String},
       version + if({state:String} = 'released', 1000, 1)
FROM lease FINAL
WHERE name = {name:String} AND claim = {claim:UUID} AND state != 'released' AND expires_at > now64(6)
