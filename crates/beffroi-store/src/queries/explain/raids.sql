-- The raids on an account that a judged night told: the days whose posts are set apart from its score.
-- Parameters: {night:Date}, {account:UUID}.
SELECT toString(day) AS day, says_en, figures
FROM alert
WHERE night = {night:Date} AND kind = 'raid' AND account_id = {account:UUID}
ORDER BY day
