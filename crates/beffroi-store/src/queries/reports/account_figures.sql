-- All figures of one account in the last judged night of a period in which it has any.
-- Parameters: account (its id), window (days), since, until. For whoever may see them: what the policies
-- withhold is left out by the reader.
-- Reads: account_figure, one account of one window in each night of the period; uncovered_account.
SELECT f.*, p.url AS url,
       arrayFilter(flag -> flag != '', [
           if(f.is_partial, 'partial_e', ''),
           if((f.account_id, f.night) IN (
               SELECT account_id, night FROM uncovered_account WHERE account_id = {account:UUID}), 'not_covered', '')]) AS flags
FROM (SELECT * FROM account_figure
      WHERE window_days = {window:UInt16} AND account_id = {account:UUID}
        AND night >= {since:Date} AND night <= {until:Date}
      ORDER BY night DESC LIMIT 1) AS f
LEFT JOIN (SELECT account_id, any(url) AS url FROM presence_figure
           WHERE night = {night:Date} AND account_id = {account:UUID} GROUP BY account_id) AS p
    ON p.account_id = f.account_id
