-- Who answers, and how fast: one line an account of which threads are known, over the window before a
-- judged night. Of fewer than ten threads nothing is said. The reply rate has Wilson's interval of 95 %;
-- delays are Kaplan-Meier's, in hours, unanswered threads right-censored: NULL with the reason
-- `truncated` is "not within what was watched, seven days at the most". The score is the percentile within
-- the peers, with its interval of 90 %.
-- Parameters: night, window (days), index (version), policy, platform, category, stratum, department,
-- region (empty: all), limit.
-- Reads: account_figure, one window of one night; account_score, one version of one night;
-- stratum_coverage, one night.
WITH
    JSONExtract({policy:String}, 'notes', 'Map(String, String)') AS notes,
    -- The accounts of the lines, with Wilson's interval. What is wide is read of them alone.
    shown AS (
        WITH
            1.959963984540054 AS z,
            1 + z * z / closed_threads AS scale,
            (reply_rate + z * z / (2 * closed_threads)) / scale AS centre,
            z * sqrt(reply_rate * (1 - reply_rate) / closed_threads + z * z / (4 * closed_threads * closed_threads)) / scale AS half
        SELECT account_id,
               -- `greatest` and `least` pass over NULL.
               if(reply_rate IS NULL, NULL, greatest(centre - half, 0)) AS low,
               if(reply_rate IS NULL, NULL, least(centre + half, 1)) AS high
        FROM account_figure
        WHERE night = {night:Date} AND window_days = {window:UInt16} AND threads > 0
          AND NOT has(JSONExtract({policy:String}, 'withheld', 'Map(String, Array(String))')['reply_rate'], platform)
          AND ({platform:String} = '' OR platform = {platform:String})
          AND ({category:String} = '' OR category = {category:String})
          AND ({stratum:String} = '' OR stratum = {stratum:String})
          AND ({department:String} = '' OR department_code = {department:String})
          AND ({region:String} = '' OR region_code = {region:String})
        ORDER BY reply_rate IS NULL, low DESC, platform, handle
        LIMIT {limit:UInt32}
    )
SELECT
    f.night AS night,
    f.run_id AS run_id,
    f.window_days AS window_days,
    f.platform AS platform,
    f.handle AS account,
    toString(f.account_id) AS account_id,
    c.name AS collectivity,
    f.collectivity_id AS collectivity_id,
    f.category AS category,
    f.stratum AS stratum,
    f.department_code AS department_code,
    f.region_code AS region_code,
    f.population AS population,
    f.threads AS threads,
    f.closed_threads AS closed_threads,
    f.reply_rate AS reply_rate,
    w.low AS reply_rate_low,
    w.high AS reply_rate_high,
    f.answered_2h AS answered_2h,
    f.answered_24h AS answered_24h,
    f.reply_delay_quartile AS reply_delay_quartile,
    f.reply_delay_median AS reply_delay_median,
    f.reply_delay_upper_quartile AS reply_delay_upper_quartile,
    s.dialogue_score AS dialogue_score,
    s.dialogue_low AS dialogue_low,
    s.dialogue_high AS dialogue_high,
    s.dialogue_rank_from AS dialogue_rank_from,
    s.dialogue_rank_to AS dialogue_rank_to,
    s.dialogue_of AS dialogue_of,
    s.dialogue_peers AS dialogue_peers,
    arrayFilter(flag -> flag != '', [
        if(ifNull(s.dialogue_widened, 0), 'widened_peers', ''),
        if(v.is_covered = 0, 'not_covered', '')]) AS flags,
    v.share AS stratum_share,
    f.unavailable['reply_rate'] AS reply_rate_why,
    f.unavailable['reply_delay_median'] AS reply_delay_median_why,
    multiIf(s.dialogue_score IS NOT NULL, '', s.account_id IS NULL, 'no_data', s.dialogue_why) AS dialogue_why,
    multiIf(s.dialogue_rank_from IS NOT NULL, '', s.dialogue_score IS NULL, dialogue_why, 'too_few_to_rank') AS dialogue_rank_why,
    f.unavailable AS unavailable,
    notes[f.platform] AS policy
FROM (SELECT * FROM account_figure
      WHERE night = {night:Date} AND window_days = {window:UInt16} AND account_id IN (SELECT account_id FROM shown)) AS f
INNER JOIN shown AS w ON w.account_id = f.account_id
LEFT JOIN (SELECT account_id, dialogue_score, dialogue_low, dialogue_high, dialogue_rank_from,
                  dialogue_rank_to, dialogue_of, dialogue_peers, dialogue_widened, dialogue_why
           FROM account_score
           WHERE night = {night:Date} AND index_version = {index:String}
             AND account_id IN (SELECT account_id FROM shown)) AS s ON s.account_id = f.account_id
LEFT JOIN (SELECT * FROM stratum_coverage WHERE night = {night:Date}) AS v
    ON v.platform = f.platform AND v.category = f.category AND v.stratum = f.stratum
LEFT JOIN (SELECT collectivity_id, name FROM v_collectivity) AS c ON c.collectivity_id = f.collectivity_id
ORDER BY reply_rate IS NULL, reply_rate_low DESC, platform, account
LIMIT {limit:UInt32}
SETTINGS join_use_nulls = 1
