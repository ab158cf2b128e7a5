-- Removes the details of one receipt; what is left of it is not touched.
-- KEYS: 3
--   KEYS[1]  hash of the head
--   KEYS[2]  hash of details
--   KEYS[3]  first part of the id buckets (append.lua), same hash tag, same slot
-- ARGV: the receipt's id, 16 raw bytes
-- returns: {1} when they were removed, {0} when there were none
local head = redis.call('HGET', KEYS[1], 'seq')
if not head then return { 0 } end
if not tonumber(head) then return redis.error_reply('WRONGTYPE the head has no number') end
local a, b, c, d = string.byte(ARGV[1], 13, 16)
local digits = string.format('%02x%02x%02x%02x', a, b, c, d)
local seq, generation, size = tonumber(head), 0, 100
while seq >= size do
  seq, size, generation = seq - size, size * 16, generation + 1
end
for g = generation, 0, -1 do
  local found = redis.call('HGET', KEYS[3] .. (g == 0 and '' or string.sub(digits, -g)), ARGV[1])
  if found then return { redis.call('HDEL', KEYS[2], found) } end
end
return { 0 }
