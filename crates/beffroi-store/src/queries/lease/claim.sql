INSERT INTO lease (name, claim, who, what, claimed_at, expires_at, state, version)
SELECT {name:String}, {claim:UUID}, {who:String}, {what:String},
       now64(6), now64(6) + toIntervalMillisecond({ttl_ms:UInt32}), 'claimed', 1
