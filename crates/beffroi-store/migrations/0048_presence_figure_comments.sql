-- What the states of an account are, said more exactly than when the table was made.
ALTER TABLE presence_figure
    COMMENT COLUMN IF EXISTS state 'absent, forbidden or failed: as its last visit within 35 nights ended; else active, or dormant: nothing published for 90 days; unknown: not visited, or too little seen to tell',
    COMMENT COLUMN IF EXISTS followers 'followers that night; NULL: not known, or not visited that night',
    COMMENT COLUMN IF EXISTS hosting_only '1: a video channel that only hosts: five closed posts or more in 365 days, all known to have neither reactions nor comments'
