-- Figures of accounts, repeats removed. Replaces 0018: a view has the columns of the day it was made.
CREATE OR REPLACE VIEW v_account_observation AS
SELECT * FROM account_observation FINAL
