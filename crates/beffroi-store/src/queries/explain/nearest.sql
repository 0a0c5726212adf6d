-- The accounts whose handle is most like a text: asked only when an account is not known. Reads the handles
-- of one platform, or with an empty one of all.
-- Parameters: {platform:String}, {handle:String}.
SELECT platform, handle, min(editDistanceUTF8(lower(handle), lower({handle:String}))) AS distance
FROM account
WHERE {platform:String} = '' OR platform = {platform:String}
GROUP BY platform, handle
ORDER BY distance, platform, handle
LIMIT 5
