-- The published figures of an account over one window of a judged night. One read by the sort key.
-- Parameters: {night:Date}, {window:UInt16}, {account:UUID}.
SELECT *
FROM account_figure
WHERE night = {night:Date} AND window_days = {window:UInt16} AND account_id = {account:UUID}
