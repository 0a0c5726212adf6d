-- The platform, handle and address of an account known by its id alone. Parameter: {account:UUID}.
SELECT platform, handle, url
FROM account
WHERE account_id = {account:UUID}
ORDER BY seen_at DESC
LIMIT 1
