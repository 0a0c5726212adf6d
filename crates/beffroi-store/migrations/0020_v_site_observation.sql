-- Websites as seen, repeats removed.
CREATE VIEW IF NOT EXISTS v_site_observation AS
SELECT * FROM site_observation FINAL
