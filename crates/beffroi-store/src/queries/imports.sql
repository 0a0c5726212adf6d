SELECT import_id, kind, name, sha256, state, facts, issues, imported_at
FROM registry_import FINAL
WHERE state = 'complete'
ORDER BY imported_at, import_id
