-- Websites as seen, repeats removed. Made anew because two of its columns may now be NULL.
CREATE OR REPLACE VIEW v_site_observation AS
SELECT * FROM site_observation FINAL
