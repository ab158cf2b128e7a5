// Made from the .lua files of this folder by scripts/generate-lua.mjs.

/** The scripts that run inside Redis: how many KEYS, the name that EVALSHA knows it by, and the text. */
export const scripts = {
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
