-- Finds the first receipt that is not older than a time, by halving: times never go back along a chain. Writes nothing.
-- KEYS: 2
--   KEYS[1]  hash of the head
--   KEYS[2]  stream of receipts
-- ARGV: the time, as receipts write it
-- returns: {seq} (one past the newest where all are older), {-1} for an empty chain, {-2, seq} for an entry without a time
local known = redis.call('HMGET', KEYS[1], 'seq', 'first')
if not known[1] then return { -1 } end
local function whole(n) return string.format('%.0f', n) end
-- by character: Lua's own comparison of strings asks the locale, and all times are as long
local function before(a, b)
  for i = 1, 24 do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return false
end
local low, high = tonumber(known[2]), tonumber(known[1])
if not low or not high then return redis.error_reply('WRONGTYPE the head has no number') end
high = high + 1
while low < high do
  local middle = math.floor((low + high) / 2)
  local entry = redis.call('XRANGE', KEYS[2], whole(middle) .. '-1', whole(middle) .. '-1')[1]
  local ok, value = pcall(cjson.decode, entry and entry[2][1] == 'l' and entry[2][2] or '')
  local time = ok and type(value) == 'table' and value.timestamp
  if type(time) ~= 'string' or #time ~= 24 then return { -2, whole(middle) } end
  if before(time, ARGV[1]) then low = middle + 1 else high = middle end
end
return { whole(low) }
