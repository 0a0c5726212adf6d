-- The last night before {night:Date} whose presence is known.
SELECT maxOrNull(p.night) AS previous FROM presence_figure AS p WHERE p.night < {night:Date}
