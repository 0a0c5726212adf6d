SELECT j.account_id AS account_id, j.handle AS handle, o.outcome AS outcome, o.reason AS reason,
       s.account_id = j.account_id AS observed,
       s.final_url AS final_url, s.redirected_to_domain AS redirected_to_domain, s.https AS https,
       s.certificate_problem AS certificate_problem, s.home_status AS home_status,
       s.home_bytes AS home_bytes, s.cms AS cms, s.charset AS charset, s.feed_url AS feed_url,
       s.feed_kind AS feed_kind, s.sitemap AS sitemap, s.publication_source AS publication_source,
       s.posts_28d AS posts_28d, toUnixTimestamp(s.last_published_at) AS last_published_at,
       s.legal_notice_url AS legal_notice_url, s.newsletter AS newsletter, s.contact AS contact
FROM (SELECT * FROM job FINAL WHERE run_id = {run_id:String} AND platform = 'website') AS j
LEFT JOIN (SELECT * FROM job_outcome FINAL WHERE run_id = {run_id:String}) AS o ON o.job_id = j.job_id
LEFT JOIN (SELECT * FROM site_observation FINAL WHERE run_id = {run_id:String}) AS s ON s.account_id = j.account_id
