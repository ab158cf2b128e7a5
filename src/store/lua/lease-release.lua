-- Gives the turn back, if the caller still has it: the first of those who wait gets the token.
-- KEYS: 2
--   KEYS[1]  string: who has the turn
--   KEYS[2]  list: the token
-- ARGV: id of the caller, milliseconds that whoever pops the token has to take the turn
-- returns: 1 when it was given back, 0 when it was the caller's no more
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], '-', 'PX', ARGV[2])
redis.call('RPUSH', KEYS[2], '1')
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
