-- How many accounts each of the two routes of discovery found on a judged night, by platform and stratum: the
-- State's directory (source `directory`), and the bodies' own websites (source `discovery`). Accounts that
-- only another source names (corrections, the shipped list) are of neither route. An account of several
-- bodies counts once, in the stratum of the first.
-- Parameter: night. Reads: one night of presence_figure.
SELECT
    toString(platform) AS platform,
    stratum,
    toUInt32(countIf(by_directory AND NOT by_website)) AS directory_only,
    toUInt32(countIf(by_website AND NOT by_directory)) AS website_only,
    toUInt32(countIf(by_directory AND by_website)) AS both
FROM
(
    SELECT platform, account_id, argMin(toString(stratum), collectivity_id) AS stratum,
           max(has(sources, 'directory')) AS by_directory, max(has(sources, 'discovery')) AS by_website
    FROM presence_figure
    WHERE night = {night:Date} AND platform != 'website'
    GROUP BY platform, account_id
)
GROUP BY platform, stratum
HAVING directory_only + website_only + both > 0
ORDER BY platform, stratum
