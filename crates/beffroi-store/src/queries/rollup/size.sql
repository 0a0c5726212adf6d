-- How many posts a roll-up has before it: those published from {begin:Date} on, repeats included.
SELECT count() FROM post WHERE published_at >= toDateTime64({begin:Date}, 3, 'UTC')
