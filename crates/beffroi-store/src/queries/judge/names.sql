-- Names of the bodies of the present registry.
SELECT collectivity_id, name FROM v_collectivity
