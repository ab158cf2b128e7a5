-- Reads a page of the receipts that an index names. Writes nothing.
-- KEYS: 3
--   KEYS[1]  stream of receipts
--   KEYS[2]  hash of details
--   KEYS[3]  list of seqs, ascending
-- ARGV: lowest seq wanted, highest seq wanted, the most to be returned
-- returns: {seq, fields of its entry, its details} of each, the latter two nil where absent
local stream, details, list = KEYS[1], KEYS[2], KEYS[3]
local lowest, highest = tonumber(ARGV[1]), tonumber(ARGV[2])
local low, high = 0, redis.call('LLEN', list)
while low < high do
  local middle = math.floor((low + high) / 2)
  if tonumber(redis.call('LINDEX', list, middle)) < lowest then low = middle + 1 else high = middle end
end
local found = {}
for _, seq in ipairs(redis.call('LRANGE', list, low, low + tonumber(ARGV[3]) - 1)) do
  if tonumber(seq) > highest then break end
  local entry = redis.call('XRANGE', stream, seq .. '-1', seq .. '-1')[1]
  local fields = entry and entry[2] or false
  found[#found + 1] = { seq, fields, fields and fields[3] == 'd' and redis.call('HGET', details, seq) }
end
return found
