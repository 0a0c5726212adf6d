-- The accounts of a generated world: {accounts:UInt64} of them, four to a body, everything drawn from
-- {seed:UInt64} by hashing, so that it comes out the same every time and everywhere. Followers are
-- log-normal with a median of 400, and grow by some hundredths of a percent a day; who has more posts
-- more often, up to one a day, four a week on the average. `taste` is what share of the followers
-- interacts with a post, `answers` how likely a visitor is answered.
WITH
    what -> (cityHash64({seed:UInt64}, number, what) + 1) / 18446744073709551616. AS draw,
    what -> sqrt(-2 * log(draw(what))) * cos(2 * pi() * draw(concat(what, ' turn'))) AS normal
SELECT
    number AS n,
    -- As a version-5 UUID has them, the second half begins with the bits 10.
    reinterpret(bitShiftLeft(toUInt128(bitOr(bitAnd(cityHash64({seed:UInt64}, number, 'second half'), 4611686018427387903), 9223372036854775808)), 64)
                + cityHash64({seed:UInt64}, number, 'first half'), 'UUID') AS account_id,
    leftPad(toString(200000000 + intDiv(number, 4)), 9, '0') AS collectivity_id,
    ['facebook', 'instagram', 'mastodon', 'bluesky'][number % 4 + 1] AS platform,
    concat('mairie', toString(number)) AS handle,
    exp(6 + 1.4 * normal('followers')) + 10 AS followers,
    0.0003 * (1 + normal('growth')) AS growth,
    least(7., 0.5 + 8 * (1 - exp(-followers / 700))) AS posts_a_week,
    0.004 * exp(0.6 * normal('taste')) AS taste,
    draw('answers') AS answers
FROM numbers({accounts:UInt64})
