-- The published scores of an account in a judged night, by one version of the index. One read by the sort
-- key. Parameters: {night:Date}, {version:String}, {account:UUID}.
SELECT *
FROM account_score
WHERE night = {night:Date} AND index_version = {version:String} AND account_id = {account:UUID}
