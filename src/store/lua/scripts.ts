// Made from the .lua files of this folder by scripts/generate-lua.mjs.

/** The scripts that run inside Redis: how many KEYS, the name that EVALSHA knows it by, and the text. */
export const scripts = {
  append: {
    keys: 5,
    sha1: '713c5f928d2a8f73266ba3a4f6b54f60ebfd7c4b',
    text: `-- Appends receipts if the head is still the expected one: all of them or none. Whatever may refuse is looked at before
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
`,
  },
  eraseDetails: {
    keys: 3,
    sha1: '1c442ae4bc35a6e3d00d335adedfa23fb01c59e3',
    text: `-- Removes the details of one receipt; what is left of it is not touched.
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
`,
  },
  get: {
    keys: 4,
    sha1: 'd48bb2234db963b5e704c0f42637c583e8f0e559',
    text: `-- Finds a receipt by its id. Writes nothing.
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
`,
  },
  head: {
    keys: 3,
    sha1: '10a6638ef9ee51419cc1146a2427fcb2f5dfbea7',
    text: `-- Reads where a chain stands and its newest receipt, in one look. Writes nothing.
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
`,
  },
  indexed: {
    keys: 3,
    sha1: '6273e3909489d04fcc8fd9b160d39e53a36cb813',
    text: `-- Reads a page of the receipts that an index names. Writes nothing.
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
`,
  },
  leaseRelease: {
    keys: 2,
    sha1: 'd327795f0e6cee614973628e2b90772e9ea5c63d',
    text: `-- Gives the turn back, if the caller still has it: the first of those who wait gets the token.
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
`,
  },
  lease: {
    keys: 2,
    sha1: '74aa04ea46147795aafd1d3d0f9e66444b9f7b0a',
    text: `-- Takes the turn to write to a chain, if it is free or was handed to the caller. Only advice: appends compare and swap.
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
`,
  },
  prune: {
    keys: 5,
    sha1: 'de22e48d09a2c2b2780abbd0b908d3ca190b0b80',
    text: `-- Removes the oldest receipts, up to a seq, a bounded number at a call. Never the newest.
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
`,
  },
  seek: {
    keys: 2,
    sha1: '08f183415b8ecda1419862102c75cb87dd9792d1',
    text: `-- Finds the first receipt that is not older than a time, by halving: times never go back along a chain. Writes nothing.
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
`,
  },
  statePut: {
    keys: 1,
    sha1: 'b57cae014e410f275475b0127b97aa5b4b254ee3',
    text: `-- Replaces a small named value, if its version is still the one that was read.
-- KEYS: 1
--   KEYS[1]  hash of the chain's values, name -> version ":" bytes
-- ARGV: name, expected version (0: none), bytes
-- returns: {1, new version}, or {0, version that stands there}
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local version = 0
if stored then version = tonumber(string.match(stored, '^(%d+):')) or 0 end
if version ~= tonumber(ARGV[2]) then return {0, version} end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d:', version + 1) .. ARGV[3])
return {1, version + 1}
`,
  },
} as const

/** The name of a script. */
export type ScriptName = keyof typeof scripts
