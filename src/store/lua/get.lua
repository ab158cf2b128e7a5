-- Finds a receipt by its id. Writes nothing.
-- KEYS: 4
--   KEYS[1]  hash of the head
--   KEYS[2]  stream of receipts
--   KEYS[3]  hash of details
--   KEYS[4]  first part of the id buckets (append.lua), same hash tag, same slot
-- ARGV: the id, 16 raw bytes
-- returns: nil, or {seq, fields of its entry, its details}, the latter two nil where absent
local head = redis.call('HGET', KEYS[1], 'seq')
if not head then return false end
if not tonumber(head) then return redis.error_reply('WRONGTYPE the head has no number') end
local a, b, c, d = string.byte(ARGV[1], 13, 16)
local digits = string.format('%02x%02x%02x%02x', a, b, c, d)
local seq, generation, size = tonumber(head), 0, 100
while seq >= size do
  seq, size, generation = seq - size, size * 16, generation + 1
end
for g = generation, 0, -1 do
  local found = redis.call('HGET', KEYS[4] .. (g == 0 and '' or string.sub(digits, -g)), ARGV[1])
  if found then
    local entry = redis.call('XRANGE', KEYS[2], found .. '-1', found .. '-1')[1]
    local fields = entry and entry[2] or false
    return { found, fields, fields and fields[3] == 'd' and redis.call('HGET', KEYS[3], found) }
  end
end
return false
