/** A false alarm in an id refuses a receipt: ids that are made by chance or by a clock must pass, all of them. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { piiRedactor } from '../../src/pii/pii-redactor.js'

/** Bytes that look random and are the same at every run. */
function bytesFrom(seed: string): (length: number) => Buffer {
  let block = 0
  let rest = Buffer.alloc(0)
  return (length) => {
    while (rest.length < length) {
      rest = Buffer.concat([rest, createHash('sha512').update(`${seed} ${block}`).digest()])
      block += 1
    }
    const taken = rest.subarray(0, length)
    rest = rest.subarray(length)
    return taken
  }
}

const of = (alphabet: string, bytes: Buffer) =>
  [...bytes].map((byte) => alphabet[byte % alphabet.length] as string).join('')
const uuidOf = (bytes: Buffer, version: string) =>
  bytes
    .toString('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, (_, a, b, c, d, e) => `${a}-${b}-${version}${c}-a${d}-${e}`)
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const url64 = 'useandom26T198340PX75pxJACKVERYMINDBUSHWOLFGQZbfghjklqvwyzrict'
const DIGITS = '0123456789'

const kinds: Readonly<Record<string, (bytes: (length: number) => Buffer, index: number) => string>> = {
  'UUID, version 4': (bytes) => uuidOf(bytes(16), '4'),
  'UUID, version 7': (bytes, index) =>
    uuidOf(Buffer.concat([Buffer.from((1.79e12 + index).toString(16).padStart(12, '0'), 'hex'), bytes(10)]), '7'),
  'UUID behind a word': (bytes) => `session:${uuidOf(bytes(16), '4').toUpperCase()}`,
  ULID: (bytes) => `01K${of(crockford, bytes(23))}`,
  'ULID, lower case': (bytes) => `01k${of(crockford, bytes(23))}`.toLowerCase(),
  'nano id': (bytes) => `a${of(url64, bytes(20))}`,
  'object id': (bytes) => bytes(12).toString('hex'),
  'trace id': (bytes) => bytes(16).toString('hex'),
  'SHA-256': (bytes) => bytes(32).toString('hex'),
  'order number': (bytes) => `order-${of(DIGITS, bytes(8))}`,
  'case of a year': (bytes) => `ORD-2026-${of(DIGITS, bytes(6))}`,
  'milliseconds since 1970': (_, index) => String(1.79e12 + index * 977),
  'seconds since 1970': (_, index) => String(1.79e9 + index * 31),
  'eight digits': (bytes) => `7${of(DIGITS, bytes(7))}`,
  version: (bytes) => `${bytes(1)[0]}.${bytes(1)[0]}.${bytes(1)[0]}`,
  'date and number': (bytes) => `run-2026-07-${10 + ((bytes(1)[0] as number) % 18)}-${of(DIGITS, bytes(6))}`,
}

describe('ids that nobody is named by', () => {
  const redactor = piiRedactor()
  test.each(Object.entries(kinds))('%s', (name, make) => {
    const bytes = bytesFrom(name)
    const refused: string[] = []
    for (let index = 0; index < 5_000; index += 1) {
      const id = make(bytes, index)
      const { text, counts = {} } = redactor.redact(id, { path: 'decisionId', kind: 'identifier' })
      if (text !== id || Object.keys(counts).length > 0) refused.push(`${id} ${JSON.stringify(counts)}`)
    }
    expect(refused).toEqual([])
  })
})

describe('ids that name somebody', () => {
  const redactor = piiRedactor()
  test.each([
    'jo@example.org',
    'user:jo@example.org',
    'mailto:jo@example.org',
    '4111111111111111',
    '4111-1111-1111-1111',
    'card/4111111111111111',
    'DE89370400440532013000',
    '+493055501234',
    '192.0.2.7',
    '536-22-8726',
  ])('%s', (id) => {
    const { counts = {} } = redactor.redact(id, { path: 'sessionId', kind: 'identifier' })
    expect(Object.keys(counts)).toHaveLength(1)
  })

  test('an address in an id that machines make', () => {
    expect(redactor.redact('span-jo@example.org', { path: 'traceId', kind: 'machine' }).counts).toEqual({ EMAIL: 1 })
  })
})
