-- Counters of posts with the post's date, repeats removed.
CREATE VIEW IF NOT EXISTS v_post_observation AS
SELECT o.*, p.published_at AS published_at, p.url AS url
FROM (SELECT * FROM post_observation FINAL) AS o
LEFT JOIN (SELECT account_id, post_id, published_at, url FROM post FINAL) AS p
    ON p.account_id = o.account_id AND p.post_id = o.post_id
