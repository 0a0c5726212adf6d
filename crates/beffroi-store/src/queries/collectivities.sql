SELECT collectivity_id, siren, insee_code, name, category, population, department_code, region_code,
       epci_siren, postal_codes, latitude, longitude
FROM v_collectivity
ORDER BY collectivity_id
