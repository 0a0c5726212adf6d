-- What the peers of an account are told by: the published scores of all accounts of its platform in a judged
-- night. Reads one partition and one version.
-- Parameters: {night:Date}, {version:String}, {platform:String}.
SELECT
    toString(s.account_id) AS account_id, category, population, components, closed_posts, followers,
    audience_figure, activity_figure, engagement_figure, dialogue_figure,
    engagement_count, engagement_squares, dialogue_count, dialogue_squares, total, total_sd
FROM account_score AS s
WHERE night = {night:Date} AND index_version = {version:String} AND platform = {platform:String}
