-- Says what the roll-up of {night:Date} had before it, now that it has ended.
INSERT INTO figure_basis
SELECT {night:Date}, {run_id:String}, {statements:String}, {facts:String}, now64(3)
