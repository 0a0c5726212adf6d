-- What no page was read for is not known, and not "no": rows written before say 0 for both, also where the
-- home page could not be had.
ALTER TABLE site_observation
    MODIFY COLUMN IF EXISTS newsletter Nullable(UInt8) COMMENT 'whether the home page offers a newsletter form; NULL: not read',
    MODIFY COLUMN IF EXISTS contact Nullable(UInt8) COMMENT 'whether it offers a contact form or page; NULL: not read'
