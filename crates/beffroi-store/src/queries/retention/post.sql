-- Posts that were last seen too long ago: being seen again refreshes them.
platform = {platform:String} AND toDate(seen_at) <= toDate({up_to:UInt16})
