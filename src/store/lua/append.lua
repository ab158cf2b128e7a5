-- Appends receipts if the head is still the expected one: all of them or none. Whatever may refuse is looked at before
-- the first write, and that is a command which Redis refuses where memory, disk or role forbid writing.
-- KEYS: 5
--   KEYS[1]  hash: seq and hash (64 hex) of the head, first seq held, m<g> (the highest id of generation g), x (see below)
--   KEYS[2]  stream: the receipt of seq n is entry n-1; l = its line without details, d = where they go, in UTF-16 units
--   KEYS[3]  hash by seq: the text of details
--   KEYS[4]  first part of the id buckets, hashes of 16 raw bytes -> seq. Generation g has 16^g of them and takes the next
--            100 * 16^g receipts; a bucket is named by the last g hex digits of the ids in it. Same hash tag, same slot.
--   KEYS[5]  first part of the indexes, lists of seqs named <member>:<value>. Same hash tag, same slot.
-- ARGV: expected seq (-1: none), expected hash, hash of the last receipt, its time in ms, "1" to write even if there is
--   nothing to do (so that there is a write to wait for), else "0", and a "p" behind it where an empty chain begins behind
--   the expected head, which was pruned elsewhere; indexed members as "name,name,"; the ids packed. Then a line for each
--   receipt; then the number of details, and position, offset, text of each; then position and "member:value" pairs
-- returns: {1} when all of it is there; else {0, why, ...}:
--   "conflict", seq and hash of the head ("" for none) · "exists", position, seq where that id stands · "clock", ms of the
--   server · "corrupt", what · "unconfirmed", error: all of it is there, and the extra write failed
-- The work is bounded by the batch.
local AHEAD_MS = 300000
local head, stream, details, ids, index = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local packed = ARGV[7]
local count = #packed / 16
local base = tonumber(ARGV[1])
local function whole(n) return string.format('%.0f', n) end
local function line(i) return ARGV[7 + i] end

local known = redis.call('HMGET', head, 'seq', 'hash', 'first', 'x', 'm0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7')
local top = known[1] and tonumber(known[1]) or -1
local hash = known[2] or ''
if known[1] and not tonumber(known[1]) then return { 0, 'corrupt', 'head' } end
local behind = top < 0 and base >= 0 and string.sub(ARGV[5], 2) == 'p'
if behind then top, hash = base, ARGV[2] end

local given = {}
local at = 8 + count
for _ = 1, tonumber(ARGV[at]) do
  given[tonumber(ARGV[at + 1])] = { ARGV[at + 2], ARGV[at + 3] }
  at = at + 3
end

-- what is there already, byte for byte, or with its details erased since
local present = 0
if base < top then
  local stored = {}
  local last = math.min(top, base + count)
  for _, entry in ipairs(redis.call('XRANGE', stream, whole(base + 1) .. '-1', whole(last) .. '-1')) do
    stored[entry[1]] = entry[2]
  end
  for i = 1, last - base do
    local fields = stored[whole(base + i) .. '-1']
    if not fields or fields[1] ~= 'l' or fields[2] ~= line(i) then break end
    local text = fields[3] == 'd' and redis.call('HGET', details, whole(base + i))
    if text and (not given[i] or given[i][2] ~= text) then break end
    present = i
  end
end

if present == count then
  if string.sub(ARGV[5], 1, 1) == '1' then
    local done = redis.pcall('HSET', head, 'seq', whole(top))
    if type(done) == 'table' and done.err then return { 0, 'unconfirmed', done.err } end
  end
  return { 1 }
end

local follows = base + present == top
if follows and present == 0 then
  follows = hash == ARGV[2]
elseif follows then
  follows = string.find(line(present), '"receiptHash":"sha256:' .. hash .. '"', 1, true) ~= nil
end
if not follows then return { 0, 'conflict', known[1] or '', hash } end

local first = behind and top + 1 or tonumber(known[3] or 0)
if not first or redis.call('XLEN', stream) ~= top - first + 1 then return { 0, 'corrupt', 'length' } end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(ARGV[4]) > now + AHEAD_MS then return { 0, 'clock', whole(now) } end

-- ids: g, the receipts that generation g still takes, and where an id lies in it
local function generation(seq)
  local g, size = 0, 100
  while seq >= size do
    seq, size, g = seq - size, size * 16, g + 1
  end
  return g, size - seq
end
local function bucket(id, g)
  if g == 0 then return ids end
  local a, b, c, d = string.byte(id, 13, 16)
  return ids .. string.sub(string.format('%02x%02x%02x%02x', a, b, c, d), -g)
end
-- by number: Lua's own comparison of strings asks the locale
local function parts(id)
  local a, b, c, d, e, f, g, h, i, j, k, l = string.byte(id, 1, 12)
  return ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f,
    ((((g * 256 + h) * 256 + i) * 256 + j) * 256 + k) * 256 + l
end
-- a generation that was pruned whole needs no look
local held, lowest = (top < 0 or behind) and -1 or generation(top), generation(first)
local high, low, highest = {}, {}, {}
for g = 0, held do
  if known[5 + g] then
    highest[g] = known[5 + g]
    high[g], low[g] = parts(highest[g])
  end
end
local function above(a, b, g) return high[g] and (a > high[g] or (a == high[g] and b > low[g])) end

local fresh = {}
for i = present + 1, count do
  local id = string.sub(packed, 16 * i - 15, 16 * i)
  local stands = fresh[id]
  if not stands then
    local a, b = parts(id)
    for g = held, lowest, -1 do
      if not above(a, b, g) then
        stands = redis.call('HGET', bucket(id, g), id)
        if stands then break end
      end
    end
  end
  if stands then return { 0, 'exists', i, stands } end
  fresh[id] = whole(base + i)
end

-- indexes: x says of each member ever indexed from which seq on all are in it, or "-" after an append without it
local wanted = ARGV[6]
local lists, order = {}, {}
for n = at + 1, #ARGV, 2 do
  local i, name = tonumber(ARGV[n]), ARGV[n + 1]
  if i > present then
    if not lists[name] then
      lists[name] = {}
      order[#order + 1] = name
      redis.call('LLEN', index .. name)
    end
    table.insert(lists[name], whole(base + i))
  end
end
local covers = known[4] or ''
if wanted ~= '' or covers ~= '' then
  local since = {}
  for member, seq in string.gmatch(covers, '(%a+)=([^,]+),') do since[member] = seq end
  local now_covers = ''
  for member in string.gmatch(wanted, '(%a+),') do
    local seq = since[member]
    if not seq or seq == '-' then seq = whole(base + present + 1) end
    now_covers = now_covers .. member .. '=' .. seq .. ','
    since[member] = nil
  end
  for member in pairs(since) do now_covers = now_covers .. member .. '=-,' end
  covers = now_covers
end
if next(given) then redis.call('HLEN', details) end

-- from here on it writes; an id bucket or the stream that is none is the last thing that can refuse
local g, left = generation(base + present + 1)
local buckets = {}
local function undo(upto)
  for i = present + 1, upto do redis.call('HDEL', buckets[i], string.sub(packed, 16 * i - 15, 16 * i)) end
end
for i = present + 1, count do
  if left == 0 then g, left = generation(base + i) end
  left = left - 1
  local id = string.sub(packed, 16 * i - 15, 16 * i)
  buckets[i] = bucket(id, g)
  local done = redis.pcall('HSET', buckets[i], id, fresh[id])
  if type(done) == 'table' and done.err then
    undo(i - 1)
    return done
  end
  local a, b = parts(id)
  if g > held or not high[g] or above(a, b, g) then
    -- a generation without its mark stays without: what it holds may lie above
    if g > held or high[g] then
      highest[g], high[g], low[g] = id, a, b
      held = math.max(held, g)
    end
  end
end
for i = present + 1, count do
  local seq = whole(base + i)
  local done
  if given[i] then
    done = redis.pcall('XADD', stream, seq .. '-1', 'l', line(i), 'd', given[i][1])
  else
    done = redis.pcall('XADD', stream, seq .. '-1', 'l', line(i))
  end
  if type(done) == 'table' and done.err then
    if i > present + 1 then error(done) end
    undo(count)
    return { 0, 'corrupt', 'top' }
  end
  if given[i] then redis.call('HSET', details, seq, given[i][2]) end
end
for _, name in ipairs(order) do
  for from = 1, #lists[name], 1000 do
    redis.call('RPUSH', index .. name, unpack(lists[name], from, math.min(from + 999, #lists[name])))
  end
end
local written = { 'seq', whole(base + count), 'hash', ARGV[3], 'first', whole(first) }
for generation_, id in pairs(highest) do
  written[#written + 1] = 'm' .. generation_
  written[#written + 1] = id
end
if covers ~= '' then
  written[#written + 1] = 'x'
  written[#written + 1] = covers
end
redis.call('HSET', head, unpack(written))
return { 1 }
