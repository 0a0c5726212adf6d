SELECT run_id, night, state, reason, scope, as_of, started_at, ended_at, program, certificate, updated_at
FROM run FINAL
ORDER BY started_at DESC, run_id DESC
