-- Whole rows of a night that is too old.
platform = {platform:String} AND night <= toDate({up_to:UInt16})
