-- Removes the oldest receipts, up to a seq, a bounded number at a call. Never the newest.
-- KEYS: 5
--   KEYS[1]  hash of the head
--   KEYS[2]  stream of receipts
--   KEYS[3]  hash of details
--   KEYS[4]  first part of the id buckets (append.lua), same hash tag, same slot
--   KEYS[5]  first part of the indexes (append.lua), same hash tag, same slot
-- ARGV: first seq that stays in the end, hash (64 hex) of the receipt before it, the most to be removed by this call
-- returns: {1, how many went, "1" when more are left to go}; {0, 0} when nothing was left to go; else {0, why, ...}:
--   "empties" · "conflict", hash of the receipt that stands there · "corrupt", seq: that receipt can't be read
local head, stream, details, ids, index = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local function whole(n) return string.format('%.0f', n) end
local known = redis.call('HMGET', head, 'seq', 'first', 'x')
if not known[1] then return { 0, 0 } end
local top, first, before = tonumber(known[1]), tonumber(known[2]), tonumber(ARGV[1])
if not top or not first then return redis.error_reply('WRONGTYPE the head has no number') end
if before <= first then return { 0, 0 } end
if before > top then return { 0, 'empties' } end

local function receipt(fields)
  if not fields or fields[1] ~= 'l' then return nil end
  local ok, value = pcall(cjson.decode, fields[2])
  return ok and type(value) == 'table' and value or nil
end
local through = whole(before - 1)
local entry = redis.call('XRANGE', stream, through .. '-1', through .. '-1')[1]
local last = receipt(entry and entry[2])
local hash = last and type(last.receiptHash) == 'string' and string.match(last.receiptHash, '^sha256:(%x+)$')
if not hash then return { 0, 'corrupt', through } end
if hash ~= ARGV[2] then return { 0, 'conflict', hash } end

-- an id bucket or an index that is of another type has nothing to be removed; details and stream must be what they are
redis.call('HLEN', details)
local members = {}
for member in string.gmatch(known[3] or '', '(%a+)=') do members[#members + 1] = member end
local function bucket(id, seq)
  local g, size = 0, 100
  while seq >= size do
    seq, size, g = seq - size, size * 16, g + 1
  end
  return ids .. (g == 0 and '' or string.sub(id, -g))
end
local function forget(seq, value)
  local id = value.receiptId
  if type(id) == 'string' and #id == 36 then
    local digits = string.gsub(id, '-', '')
    local raw = string.gsub(digits, '%x%x', function(pair) return string.char(tonumber(pair, 16)) end)
    redis.pcall('HDEL', bucket(id, seq), raw)
  end
  for _, member in ipairs(members) do
    if type(value[member]) == 'string' then
      local list = index .. member .. ':' .. value[member]
      local oldest = redis.pcall('LINDEX', list, 0)
      while type(oldest) == 'string' and (tonumber(oldest) or 0) <= seq do
        redis.call('LPOP', list)
        oldest = redis.call('LINDEX', list, 0)
      end
    end
  end
end

local stays = math.min(before, first + tonumber(ARGV[3]))
for _, one in ipairs(redis.call('XRANGE', stream, whole(first), whole(stays - 1))) do
  local seq = string.match(one[1], '^(%d+)-1$')
  local value = seq and receipt(one[2])
  if value then forget(tonumber(seq), value) end
end
for from = first, stays - 1, 100 do
  local gone = {}
  for seq = from, math.min(from + 99, stays - 1) do gone[#gone + 1] = whole(seq) end
  redis.call('HDEL', details, unpack(gone))
end
redis.call('XTRIM', stream, 'MINID', whole(stays))
redis.call('HSET', head, 'first', whole(stays))
return { 1, stays - first, stays < before and '1' or '0' }
