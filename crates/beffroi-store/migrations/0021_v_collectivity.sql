-- The bodies of the present registry with their stratum.
CREATE VIEW IF NOT EXISTS v_collectivity AS
SELECT collectivity_id, siren, insee_code, name, category, population, stratum, department_code,
       region_code, epci_siren, postal_codes, latitude, longitude
FROM collectivity FINAL
WHERE version = (SELECT max(version) FROM registry_version)
