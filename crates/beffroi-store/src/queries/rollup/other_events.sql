-- The events of the month of {night:Date}, those of that night left out: they are computed anew.
SELECT * FROM presence_event FINAL
WHERE toYYYYMM(night) = toYYYYMM({night:Date}) AND night != {night:Date}
