-- Why a run was skipped: one night a row, also where another run was at work when it was due.
ALTER TABLE run
    ADD COLUMN IF NOT EXISTS reason String DEFAULT '' COMMENT 'of a skipped run: who was at work; else empty' AFTER state,
    COMMENT COLUMN state 'planning, running, interrupted, complete, or skipped: another was at work'
