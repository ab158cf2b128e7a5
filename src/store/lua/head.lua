-- Reads where a chain stands and its newest receipt, in one look. Writes nothing.
-- KEYS: 3
--   KEYS[1]  hash of the head
--   KEYS[2]  stream of receipts
--   KEYS[3]  hash of details
-- ARGV: none
-- returns: {seq, hash, first, x, id of the newest entry, fields of the entry at seq, its details}, each nil where absent; seq is
--   "none" where it is no number
local known = redis.call('HMGET', KEYS[1], 'seq', 'hash', 'first', 'x')
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1] or false
if not known[1] then return { false, false, false, false, newest and newest[1], false, false } end
if not string.match(known[1], '^%d+$') then
  return { 'none', false, false, false, newest and newest[1], false, false }
end
local entry = newest
if not entry or entry[1] ~= known[1] .. '-1' then
  entry = redis.call('XRANGE', KEYS[2], known[1] .. '-1', known[1] .. '-1')[1]
end
local fields = entry and entry[2] or false
local text = fields and fields[3] == 'd' and redis.call('HGET', KEYS[3], known[1])
return { known[1], known[2], known[3], known[4], newest and newest[1], fields, text }
