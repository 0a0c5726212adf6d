-- Whole observations of websites of a night that is too old. All rows are of one platform.
{platform:String} = 'website' AND night <= toDate({up_to:UInt16})
