-- Figures of accounts, repeats removed.
CREATE VIEW IF NOT EXISTS v_account_observation AS
SELECT * FROM account_observation FINAL
