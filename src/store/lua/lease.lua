-- Takes the turn to write to a chain, if it is free or was handed to the caller. Only advice: appends compare and swap.
-- KEYS: 2
--   KEYS[1]  string: who has the turn, with an expiry; "-" while it passes on to whoever pops the token
--   KEYS[2]  list: one token while the turn passes on; those who wait block on it, served in the order they came
-- ARGV: id of the caller, milliseconds that the turn lasts, "1" when the caller popped the token
-- returns: 0 when the turn is the caller's, else the milliseconds after which the present one ends by itself
local holder = redis.call('GET', KEYS[1])
local free = not holder or (holder == '-' and (ARGV[3] == '1' or redis.call('LPOP', KEYS[2])))
if not free then return math.max(redis.call('PTTL', KEYS[1]), 1) end
-- a token of an earlier turn must not let anybody in during this one
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 0
