SELECT import_id, collectivity_id, field, value, label
FROM registry_fact FINAL
WHERE import_id = {import_id:String}
ORDER BY collectivity_id, field, value
