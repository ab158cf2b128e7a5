/** A keyring, read by docs/keys.md. */
import { isAdmissible, keyOfDid } from './ed25519.js'
import { isMembers, type Members, readJson, type Value } from './json.js'
import { isChainPattern, isInstant } from './members.js'

export interface Entry {
  readonly keyId: string
  readonly uses: readonly string[]
  readonly validFrom: string | undefined
  readonly validUntil: string | undefined
  readonly revokedAt: string | undefined
  readonly chains: readonly string[] | undefined
}

const known = new Set(['keyId', 'uses', 'validFrom', 'validUntil', 'revokedAt', 'chains', 'comment'])
const uses = new Set(['receipt', 'delegate', 'rotate', 'revoke', 'retention', 'checkpoint', 'report'])

const isName = (keyId: Value | undefined): keyId is string => {
  const key = typeof keyId === 'string' ? keyOfDid(keyId) : undefined
  return key !== undefined && isAdmissible(key)
}

const isTime = (value: Value | undefined): boolean =>
  value === undefined || (typeof value === 'string' && isInstant(value))

function isList(value: Value | undefined, fits: (item: string) => boolean | undefined): boolean {
  if (value === undefined) return true
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size !== value.length) return false
  return value.every((item) => typeof item === 'string' && fits(item))
}

function entryOf(given: Value): Entry | undefined {
  const entry: Members | undefined =
    typeof given === 'string' ? new Map([['keyId', given]]) : isMembers(given) ? given : undefined
  if (entry === undefined || [...entry.keys()].some((name) => !known.has(name))) return undefined
  const [keyId, validFrom, validUntil, revokedAt] = ['keyId', 'validFrom', 'validUntil', 'revokedAt'].map((name) =>
    entry.get(name),
  ) as [Value | undefined, string | undefined, string | undefined, string | undefined]
  if (!isName(keyId) || !isTime(validFrom) || !isTime(validUntil) || !isTime(revokedAt)) return undefined
  if (validFrom !== undefined && validUntil !== undefined && validFrom >= validUntil) return undefined
  if (!isList(entry.get('uses'), (use) => uses.has(use)) || !isList(entry.get('chains'), isChainPattern))
    return undefined
  const comment = entry.get('comment')
  // control characters are those of Unicode's category Cc; half a surrogate pair is no character
  if (comment !== undefined && !(typeof comment === 'string' && /^[^\p{Cc}\p{Cs}]{0,1024}$/u.test(comment)))
    return undefined
  return {
    keyId,
    uses: (entry.get('uses') as string[] | undefined) ?? ['receipt'],
    validFrom,
    validUntil,
    revokedAt,
    chains: entry.get('chains') as string[] | undefined,
  }
}

/** @returns the entries by key; `undefined` where the text is no keyring */
export function readKeyring(text: string): ReadonlyMap<string, Entry> | undefined {
  const read = readJson(text)
  if (read === undefined || read.faults.has('MEMBER_DUPLICATE') || !isMembers(read.value)) return undefined
  const keys = read.value.get('keys')
  if (read.value.size !== 1 || !Array.isArray(keys)) return undefined
  const entries = new Map<string, Entry>()
  for (const given of keys) {
    const entry = entryOf(given)
    if (entry === undefined || entries.has(entry.keyId)) return undefined
    entries.set(entry.keyId, entry)
  }
  return entries
}

export function covers(patterns: readonly string[] | undefined, chainId: string): boolean {
  if (patterns === undefined) return true
  return patterns.some((one) => (one.endsWith('*') ? chainId.startsWith(one.slice(0, -1)) : one === chainId))
}
