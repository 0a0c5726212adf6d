SELECT version, sha256, imports, collectivities, accounts
FROM registry_version FINAL
ORDER BY version DESC
LIMIT 1
