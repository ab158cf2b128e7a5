/** How many random ids the default set refuses by chance: `npx tsx bench/pii/identifiers.ts [COUNT]`. */
import { piiRedactor } from '../../src/pii/index.js'
import { createRandom, DIGITS, HEX, LOWER, UPPER } from './generator/random.js'

const count = Number(process.argv[2] ?? 100_000)
const random = createRandom(6)
const from = (alphabet: string, length: number): string => random.string(length, alphabet)
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const URL_SAFE = `${UPPER}${LOWER}${DIGITS}_-`
const uuid = (version: number): string =>
  [from(HEX, 8), from(HEX, 4), `${version}${from(HEX, 3)}`, `${from('89ab', 1)}${from(HEX, 3)}`, from(HEX, 12)].join(
    '-',
  )

const kinds: Readonly<Record<string, () => string>> = {
  'UUID, version 4': () => uuid(4),
  'UUID, version 7': () => uuid(7),
  ULID: () => `01${from(CROCKFORD, 24)}`,
  'nanoid, 21 characters': () => from(URL_SAFE, 21),
  'hex, 24 digits': () => from(HEX, 24),
  'hex, 32 digits': () => from(HEX, 32),
  'ORD-2026-000000': () => `ORD-2026-${from(DIGITS, 6)}`,
  '8 digits': () => from(DIGITS, 8),
  '10 digits': () => from(DIGITS, 10),
  '13 digits': () => from(DIGITS, 13),
  '16 digits': () => from(DIGITS, 16),
  '19 digits': () => from(DIGITS, 19),
  AB123456C: () => `${from(UPPER, 2)}${from(DIGITS, 6)}${from(UPPER, 1)}`,
}

const redactor = piiRedactor()
console.log(`of ${count} random ids each, looked at as identifiers by the default set:`)
for (const [name, make] of Object.entries(kinds)) {
  const types = new Map<string, number>()
  let refused = 0
  for (let index = 0; index < count; index += 1) {
    const { counts = {} } = redactor.redact(make(), { path: 'decisionId', kind: 'identifier' })
    const [type] = Object.keys(counts)
    if (type === undefined) continue
    refused += 1
    types.set(type, (types.get(type) ?? 0) + 1)
  }
  const as = [...types].map(([type, number]) => `${type} ${number}`).join(', ')
  console.log(`${name.padEnd(24)} ${((refused / count) * 100).toFixed(3).padStart(8)} %  ${as}`)
}
