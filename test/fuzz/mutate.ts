/** Ways to spoil a chain: its receipts, its lines, its text, its bytes. */
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { writeString } from '../reference/json.js'
import { keys, type Loose, lineOfLoose, plainChain, sealedLoosely } from '../verify/support.js'
import type { Random } from './random.js'
import { signerOf } from './scenario.js'

type Holder = Record<string, unknown> | unknown[]

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null

/** Every place of a value where something stands in an object or list. */
function placesOf(value: unknown, found: { holder: Holder; name: string | number }[] = []): typeof found {
  if (!isHolder(value)) return found
  for (const name of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    found.push({ holder: value, name })
    placesOf((value as Record<string | number, unknown>)[name], found)
  }
  return found
}

const times = [
  '2026-01-01T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
  '2026-01-01T24:00:00.000Z',
  '2024-02-29T23:59:59.999Z',
]
const oddTimes = [
  '2026-01-01T00:00:60.000Z',
  '2026-01-01T00:00:00Z',
  '0000-01-01T00:00:00.000Z',
  '+12026-01-01T00:00:00.000Z',
]
const odd: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1,
  1.5,
  0.00001,
  2 ** 53 - 1,
  2 ** 53,
  1e21,
  1e-7,
  true,
  false,
  [],
  {},
  'x',
  'a/../b',
  '/a',
  'é',
  '😀',
  '\u0000',
  '\u2028',
  'quittance/2',
  'decision',
  'reject',
  'text/plain',
  '5(b)',
  '9',
  ...times,
  ...oddTimes,
]

const names = [
  'xVendor',
  'xreal',
  'x',
  'signature',
  'receiptHash',
  'details',
  'detailsHash',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '10',
  '9',
  'unknownMember',
  '😀',
  '\ufb33',
  'action',
  'tags',
  'error',
]

function oddText(random: Random, text: string): string {
  const at = random.int(text.length + 1)
  const char = random.pick(['0', 'f', 'A', 'é', '\n', '"', '\\', '😀', '\ud800', '.', '/', '*', ' ', '\u007f'])
  switch (random.int(6)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1)
    case 1:
      return text.slice(0, at) + char + text.slice(at)
    case 2:
      return text.slice(0, at) + char + text.slice(at + 1)
    case 3:
      return random.one(2) ? text.toUpperCase() : text.toLowerCase()
    case 4:
      return text + text
    default:
      return random.one(4) ? 'a'.repeat(random.pick([127, 128, 129, 255, 256, 257])) : `${text}\n`
  }
}

function deep(random: Random): unknown {
  let value: unknown = random.pick(odd)
  for (let depth = random.pick([1, 3, 12, 13, 14, 15, 16, 17, 40]); depth > 0; depth -= 1)
    value = random.one(2) ? [value] : { [random.one(6) ? random.pick(names) : 'a']: value }
  return value
}

/** Defines even what an assignment would take for something else. */
function put(holder: Holder, name: string | number, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Changes one thing somewhere in a value. */
export function spoil(random: Random, value: unknown): void {
  const places = placesOf(value)
  if (places.length === 0) return
  const { holder, name } = random.pick(places)
  const held = (holder as Record<string | number, unknown>)[name]
  const another = random.pick(places)
  switch (random.int(8)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(name as number, 1)
      else delete holder[name]
      return
    case 1:
    case 2:
      put(holder, name, typeof held === 'string' && !random.one(3) ? oddText(random, held) : random.pick(odd))
      return
    case 3:
      put(holder, name, typeof held === 'number' ? held + random.pick([1, -1, 0.5, 1e9]) : random.pick(odd))
      return
    case 4:
      if (Array.isArray(holder)) holder.push(structuredClone(held))
      else put(holder, random.pick(names), random.one(2) ? random.pick(odd) : deep(random))
      return
    case 5:
      put(holder, name, structuredClone((another.holder as Record<string | number, unknown>)[another.name]))
      return
    case 6:
      if (isHolder(held) && !Array.isArray(held)) put(held, random.pick(names), deep(random))
      else put(holder, name, deep(random))
      return
    default:
      if (Array.isArray(held))
        put(
          holder,
          name,
          Array.from({ length: random.pick([0, 32, 33, 129, 257]) }, () => held[0] ?? 'a'),
        )
      else if (typeof held === 'string') put(holder, name, held.repeat(random.one(10) ? 1200 : 2))
      else put(holder, name, random.pick(odd))
  }
}

/** The same addition in all receipts: what a verifier remembers of one must not excuse another. */
function alike(random: Random, loose: Loose[]): void {
  const value = random.one(2) ? deep(random) : { 10: random.pick(odd), 9: random.pick(odd), b: deep(random) }
  const member = random.pick(['top', 'checks', 'tool', 'links', 'error', 'decision'])
  for (const [index, receipt] of loose.entries()) {
    const part = receipt[member]
    const holder = Array.isArray(part) ? part[0] : part
    put(isHolder(holder) ? holder : receipt, 'xVendor', structuredClone(value))
    if (index > 0) receipt.prevReceiptHash = (loose[index - 1] as Loose).receiptHash
    loose[index] = sealedAgain(receipt)
  }
}

/** The members of receipts may be changed here, whatever they are then. */
export function spoiledReceipts(random: Random, receipts: readonly DecisionReceipt[]): Loose[] {
  const loose = structuredClone(receipts) as unknown as Loose[]
  if (random.one(5)) alike(random, loose)
  for (let rounds = random.pick([0, 0, 0, 0, 0, 1, 1, 2]); rounds > 0; rounds -= 1) {
    const at = random.int(loose.length)
    const receipt = loose[at] as Loose
    spoil(random, receipt)
    const how = random.int(4)
    if (how === 0) continue
    // an honest writer of nonsense: hashed, signed and, mostly, linked
    for (let index = at; index < (how === 1 ? at + 1 : loose.length); index += 1) {
      const one = loose[index] as Loose
      if (index > at) one.prevReceiptHash = (loose[index - 1] as Loose).receiptHash
      loose[index] = sealedAgain(one)
    }
  }
  return loose
}

function sealedAgain(receipt: Loose): Loose {
  try {
    return sealedLoosely(receipt, signerOf(receipt.keyId) ?? keys.one)
  } catch {
    // what has no canonical form can't be hashed: it stays as it is
    return receipt
  }
}

function lineOf(receipt: Loose): string {
  try {
    return lineOfLoose(receipt)
  } catch {
    return JSON.stringify(receipt)
  }
}

const scalar = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/** Writes one number or string of a line otherwise. */
function spelledOtherwise(random: Random, line: string): string {
  const tokens = [...line.matchAll(scalar)]
  if (tokens.length === 0) return line
  const { 0: token, index } = random.pick(tokens)
  let other = token
  if (token.startsWith('"')) {
    const at = 1 + random.int(Math.max(1, token.length - 2))
    const char = token[at] ?? 'a'
    const hex = char.charCodeAt(0).toString(16).padStart(4, '0')
    if (char !== '"' && char !== '\\')
      other = `${token.slice(0, at)}\\u${random.one(2) ? hex : hex.toUpperCase()}${token.slice(at + 1)}`
  } else {
    other = random.pick([
      `${token}.0`,
      `${token}e0`,
      `-${token}`,
      `0${token}`,
      `${token}E+0`,
      `${token}0`,
      `+${token}`,
      '1E400',
      '-0',
      '1.',
      `${token}.`,
      '.5',
      '1e5',
      '9007199254740993',
      '0.1e1',
      '5e-324',
      '1e-400',
    ])
  }
  return line.slice(0, index) + other + line.slice(index + token.length)
}

/** Puts a member of the top, or of an object below, in a second time. */
function memberTwice(random: Random, line: string): string {
  const opens = [...line.matchAll(/\{/g)].map(({ index }) => index)
  if (opens.length === 0) return line
  const at = random.pick(opens) + 1
  const name = /^"(?:[^"\\]|\\.)*"/.exec(line.slice(at))?.[0] ?? '"a"'
  const value = random.pick(['null', '1', '"x"', '{}', '[]', writeString('é')])
  return `${line.slice(0, at)}${name}:${value}${line[at] === '}' ? '' : ','}${line.slice(at)}`
}

/** Changes a text that should be JSON. */
export function spoiledText(random: Random, line: string): string {
  const at = random.int(line.length + 1)
  switch (random.int(9)) {
    case 0:
      return line.slice(0, at) + line.slice(at + 1 + random.int(4))
    case 1:
      return (
        line.slice(0, at) +
        random.pick([...'{}[]",:\\/.-+0189eEtfnu \t\r\u0000\u000b\ufeff\u00a0é', '\ud800', '\udc00😀']) +
        line.slice(at)
      )
    case 2:
      return spelledOtherwise(random, line)
    case 3:
      return memberTwice(random, line)
    case 4:
      return random.pick([
        ` ${line}`,
        `${line}\r`,
        `${line} `,
        `\ufeff${line}`,
        `${line}${line}`,
        `[${line}]`,
        line.replaceAll(',"', ', "'),
      ])
    case 5: {
      // the same members in another order
      const receipt = parsed(line)
      if (random.one(2)) return JSON.stringify(receipt) ?? line
      return isHolder(receipt) && !Array.isArray(receipt)
        ? JSON.stringify(Object.fromEntries(Object.entries(receipt).reverse()))
        : line
    }
    case 6:
      return random.pick([
        '',
        'null',
        '{}',
        '[]',
        '0',
        '""',
        'true',
        '{"version":"quittance/1"}',
        '{"seq":0}',
        '[[[['.repeat(6000),
        `{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`,
        `"${'a'.repeat(140_000)}"`,
      ])
    case 7:
      return line.slice(0, at)
    default:
      return (
        line.slice(0, at) +
        line
          .slice(at)
          .replace(/[0-9a-f]/, (digit) => random.pick([...'0123456789abcdefABCDEF'].filter((one) => one !== digit)))
      )
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Changes which lines there are, and what stands in one. */
export function spoiledLines(random: Random, receipts: readonly Loose[]): string[] {
  const lines = receipts.map(lineOf)
  for (let rounds = random.pick([0, 0, 0, 0, 1, 1, 2]); rounds > 0; rounds -= 1) {
    const at = random.int(lines.length + 1)
    const from = random.int(Math.max(1, lines.length))
    switch (random.int(10)) {
      case 0:
        lines.splice(at, 1 + random.int(2))
        break
      case 1:
        if (lines.length > 0) lines.splice(at, 0, lines[from] as string)
        break
      case 2:
        if (lines.length > 0) lines.splice(at, 0, ...lines.splice(from, 1))
        break
      case 3: {
        const other = plainChain(4, { chainId: random.one(2) ? 'acme' : 'another', label: 'fork' })
        lines.splice(at, 0, lineOf(random.pick(other) as unknown as Loose))
        break
      }
      case 4:
        lines.splice(at, 0, spoiledText(random, lines[from] ?? ''))
        break
      default:
        if (lines.length > 0) lines[from] = spoiledText(random, lines[from] as string)
    }
  }
  return lines
}

/** Changes bytes, whatever they are. */
export function spoiledBytes(random: Random, file: Buffer): Buffer {
  const at = random.int(file.length + 1)
  switch (random.int(24)) {
    case 0:
      return file.subarray(0, at)
    case 1:
      return Buffer.concat([file.subarray(0, at), Buffer.of(random.int(256)), file.subarray(at)])
    case 2: {
      const flipped = Buffer.from(file)
      if (at < file.length) flipped[at] = (flipped[at] as number) ^ (1 << random.int(8))
      return flipped
    }
    case 3:
      return file.subarray(0, -1)
    case 4:
      return Buffer.concat([file, Buffer.from('\n')])
    default:
      return file
  }
}
