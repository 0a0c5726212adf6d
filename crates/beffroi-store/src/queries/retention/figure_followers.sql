-- Followers in the figures of a night that is too old. What was computed of them stays: it is the
-- observatory's own.
platform = {platform:String} AND night <= toDate({up_to:UInt16})
AND has({metrics:Array(String)}, 'followers') AND followers IS NOT NULL
