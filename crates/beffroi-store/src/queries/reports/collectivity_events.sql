-- What was found of one collectivity: events of presence and alerts, the latest first. Alerts of
-- platforms whose figures are withheld are left out. Departures from the year before stand for weeks: those
-- of the last night alone are told. An alert is `not_covered` where none of the nights that tell it covered the
-- account's stratum.
-- Parameters: collectivity (its id), since, until, policy.
-- Reads: presence_event and alert, the months and nights of the period; uncovered_account.
WITH
    JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))') AS withheld,
    uncovered AS (SELECT cityHash64(account_id, night) FROM uncovered_account WHERE night >= {since:Date} AND night <= {until:Date})
SELECT day, kind, platform, says_fr, says_en, if(is_covered, [], ['not_covered']) AS flags
FROM (
    SELECT night AS day, toString(event) AS kind, toString(platform) AS platform, detail AS says_fr, detail AS says_en,
           cityHash64(account_id, night) NOT IN uncovered AS is_covered
    FROM presence_event FINAL
    WHERE night >= {since:Date} AND night <= {until:Date} AND collectivity_id = {collectivity:String}
    UNION ALL
    SELECT day, toString(kind) AS kind, toString(platform) AS platform, any(says_fr) AS says_fr, any(says_en) AS says_en,
           max(cityHash64(account_id, night) NOT IN uncovered) AS is_covered
    FROM alert
    WHERE night >= {since:Date} AND night <= {until:Date} AND collectivity_id = {collectivity:String}
      AND NOT has(withheld['total'], platform)
      AND (NOT startsWith(kind, 'year_')
           OR night = (SELECT max(night) FROM alert WHERE night >= {since:Date} AND night <= {until:Date}))
    GROUP BY account_id, day, kind, platform
)
ORDER BY day DESC, kind, platform
LIMIT {limit:UInt32}
