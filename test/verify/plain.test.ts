/**
 * The quick way through the verifier and the general way: whatever a line or an object holds, both find the same. The
 * general way is the one that knows what is wrong; the quick one may only ever say that nothing is.
 */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_PREIMAGE_BYTES } from '../../src/receipt/limits.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { examine } from '../../src/verify/examine.js'
import { readLine, readLineGenerally, readObject, readObjectGenerally } from '../../src/verify/line.js'
import { anyReceipt, type JsonObject } from '../receipt/arbitraries.js'
import { jcs } from '../receipt/jcs.js'
import { spoiled } from '../receipt/mutations.js'
import { fullChain } from './full-receipts.js'
import { chainOf, keys, type Loose, lineOfLoose, resealed } from './support.js'

/** Whether the quick way was taken, and what both ways found, the receipt as text. */
function bothWays(line: string): { quick: boolean; found: unknown[] } {
  const reading = readLine(line)
  const found = [reading, readLineGenerally(line)].map((one) => {
    const { receipt, line: _itsOwn, ...rest } = examine(one)
    return {
      ...rest,
      receipt: receipt && JSON.stringify(receipt),
      texts: one.texts && [one.texts.line, one.texts.preimage],
    }
  })
  return { quick: reading.plain !== undefined, found }
}

function agrees(line: string): boolean {
  const { quick, found } = bothWays(line)
  expect(found[0]).toEqual(found[1])
  if (quick) {
    const { problems, wellFormed } = found[1] as ReturnType<typeof examine>
    expect([problems.filter(({ code }) => code !== 'SIGNATURE_INVALID'), wellFormed]).toEqual([[], true])
  }
  return quick
}

const digestOfDetails = (details: unknown) =>
  `sha256:${createHash('sha256')
    .update(`quittance/1 details\n${jcs(details)}`)
    .digest('hex')}`

/** Hashed and signed anew, so that what was changed is all that can be wrong; as it is where it has no form at all. */
function sealedAgain(receipt: JsonObject): Loose {
  try {
    const details = receipt.details === undefined ? {} : { detailsHash: digestOfDetails(receipt.details) }
    return resealed(receipt, { ...details, keyId: keys.one.keyId })
  } catch {
    return receipt
  }
}

/** Lines that say the same in other words, or nearly. */
const respellings: Readonly<Record<string, (line: string, at: number) => string>> = {
  'white space': (line, at) => line.replace(/[,:]/g, (sign, offset) => (offset % 7 === at % 7 ? `${sign} ` : sign)),
  'a letter escaped': (line, at) => insideText(line, at, (letter) => `\\u${hex4(letter)}`),
  'a capital in an escape': (line) => line.replace(/\\u([0-9a-f]{4})/, (_, code: string) => `\\u${code.toUpperCase()}`),
  'a solidus escaped': (line) => line.replace('/', '\\/'),
  'an integer with a point': (line) => line.replace(/:(\d+)([,}])/, ':$1.0$2'),
  'an integer with an exponent': (line) => line.replace(/:(\d+)([,}])/, ':$1e0$2'),
  'a minus zero': (line) => line.replace(/:0([,}])/, ':-0$1'),
  'a zero before a number': (line) => line.replace(/:(\d+)([,}])/, ':0$1$2'),
  'a zero behind a fraction': (line) => line.replace(/(\.\d+)([,}])/, '$10$2'),
  'a large number in digits': (line) => line.replace(/(\d)e\+?(\d\d?)/, '$10e$2'),
  'a member twice': (line) => line.replace('{"', '{"chainId":"acme","'),
  'a member twice, alike': (line) => line.replace(/(,"tenantId":"[^"]*")/, '$1$1'),
  'a member twice, deeper': (line) => line.replace('"kind":', '"kind":"text","kind":'),
  'a name escaped': (line) => line.replace('"version"', '"\\u0076ersion"'),
  'members the other way round': (line) => {
    try {
      return JSON.stringify(turned(JSON.parse(line)))
    } catch {
      // an earlier change left no JSON
      return line
    }
  },
  'a capital in a hash': (line) =>
    line.replace(/sha256:[0-9a-f]*[a-f]/, (text) => text.toUpperCase().replace('SHA', 'sha')),
  'a capital in the signature': (line) =>
    line.replace(/ed25519:[0-9a-f]*?[a-f]/, (text) => `${text.slice(0, -1)}${text.at(-1)?.toUpperCase()}`),
  'a letter in the signature that is no digit': (line) => line.replace(/(ed25519:[0-9a-f]{127})./, '$1g'),
  // their lower bytes are those of digits
  'a character in the signature that looks like a digit': (line) =>
    line.replace(/ed25519:[0-9a-f]*?1/, (text) => `${text.slice(0, -1)}\u0131`),
  'a character in a hash that looks like a digit': (line) =>
    line.replace(/sha256:[0-9a-f]*?1/, (text) => `${text.slice(0, -1)}\u0131`),
  'a shorter signature': (line) => line.replace(/(ed25519:[0-9a-f]{126})../, '$1'),
  'another signature': (line) => line.replace(/ed25519:../, (text) => `ed25519:${text.endsWith('00') ? '01' : '00'}`),
  'a mark in front': (line) => `\ufeff${line}`,
  'a carriage return': (line) => `${line}\r`,
  'half a surrogate pair': (line, at) => insideText(line, at, () => '\ud800'),
  'half a surrogate pair, escaped': (line, at) => insideText(line, at, () => '\\ud800'),
  'a character over': (line, at) => `${line.slice(0, at % line.length)}a${line.slice(at % line.length)}`,
  'a character less': (line, at) => `${line.slice(0, at % line.length)}${line.slice((at % line.length) + 1)}`,
  'two characters in each other’s place': (line, at) => {
    const one = at % (line.length - 1)
    return `${line.slice(0, one)}${line[one + 1]}${line[one]}${line.slice(one + 2)}`
  },
}

const hex4 = (letter: string): string => letter.charCodeAt(0).toString(16).padStart(4, '0')

/** Changes one character of some text value. */
function insideText(line: string, at: number, change: (letter: string) => string): string {
  const texts = [...line.matchAll(/:"([^"\\]+)"/g)]
  const text = texts[at % texts.length]
  if (text === undefined) return line
  const place = text.index + 2 + (at % (text[1] as string).length)
  return `${line.slice(0, place)}${change(line[place] as string)}${line.slice(place + 1)}`
}

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, turned(member)]),
  )
}

const respelling = fc.record({ how: fc.constantFrom(...Object.keys(respellings)), at: fc.nat() })
const base = chainOf([{}, { details: { rationale: 'a', metadata: { b: 1 } } }]) as unknown as [JsonObject, JsonObject]
const sealedWith = (changes: Loose): string => lineOfLoose(sealedAgain({ ...base[0], ...changes } as JsonObject))

describe('both ways find the same', { timeout: 120_000 }, () => {
  test('in receipts of every kind, and the quick way takes almost all that are sealed', () => {
    let quick = 0
    const RUNS = 300
    fc.assert(
      fc.property(anyReceipt, (receipt) => {
        if (agrees(lineOfLoose(sealedAgain(receipt)))) quick += 1
      }),
      { numRuns: RUNS },
    )
    // names that are reserved outside of details may stand in them, and are left to the general way
    expect(quick).toBeGreaterThan(RUNS * 0.6)
  })

  test('in receipts with every member there is, each left out in turn, their details erased', () => {
    let quick = 0
    for (const receipt of fullChain) {
      if (agrees(lineOfLoose(receipt))) quick += 1
      for (const name of Object.keys(receipt)) {
        const { [name]: _, ...rest } = receipt as unknown as Loose
        agrees(lineOfLoose(rest))
        agrees(lineOfLoose(sealedAgain(rest as JsonObject)))
      }
    }
    expect(quick).toBe(fullChain.length)
  })

  test('in spoilt receipts, sealed anew or not', () => {
    fc.assert(
      fc.property(spoiled(anyReceipt), fc.boolean(), (receipt, again) => {
        agrees(JSON.stringify(again ? sealedAgain(receipt) : receipt))
      }),
      { numRuns: 800 },
    )
  })

  test('in lines that are spelled otherwise', () => {
    const lines = [...base, ...fullChain].map((receipt) => lineOfLoose(receipt))
    for (const how of Object.keys(respellings))
      for (const [at, line] of lines.entries())
        agrees((respellings[how] as (line: string, at: number) => string)(line, at))
    fc.assert(
      fc.property(anyReceipt, fc.array(respelling, { minLength: 1, maxLength: 2 }), (receipt, changes) => {
        const line = lineOfLoose(sealedAgain(receipt))
        agrees(
          changes.reduce(
            (text, { how, at }) => (respellings[how] as (line: string, at: number) => string)(text, at),
            line,
          ),
        )
      }),
      { numRuns: 800 },
    )
  })

  test('and take no other character for a digit of the signature', () => {
    const line = lineOfLoose(base[0])
    const at = line.indexOf('ed25519:') + 'ed25519:'.length
    for (let place = at; place < at + 128; place += 1) {
      const code = line.charCodeAt(place)
      for (const other of [code + 0x100, code + 0x2100, code + 0xff00 - 0x20, code + 0x80]) {
        const odd = line.slice(0, place) + String.fromCharCode(other) + line.slice(place + 1)
        expect(agrees(odd)).toBe(false)
        expect(examine(readLine(odd)).problems.map(({ code: found }) => found)).toContain('SIGNATURE_INVALID')
      }
    }
  })

  test.each<[string, () => string]>([
    ['names that are numbers, in canonical order', () => sealedWith({ xA: { 10: 1, 9: 2 } })],
    [
      'names that are numbers, in the order of JavaScript',
      () => sealedWith({ xA: { 10: 1, 9: 2 } }).replace('"10":1,"9":2', '"9":2,"10":1'),
    ],
    [
      'names that are numbers in details',
      () => lineOfLoose(sealedAgain({ ...base[1], details: { salt: '0'.repeat(64), checks: { 10: 'a', 9: 'b' } } })),
    ],
    ['a name of the prototype', () => sealedWith({ xA: 1 }).replace('"xA":1', '"xA":{"__proto__":1}')],
    ['a name of the prototype at the top', () => sealedWith({ xA: 1 }).replace('"xA":1', '"__proto__":1')],
    ['a reserved name in an extension', () => sealedWith({ xA: { b: [{ signature: 'x' }] } })],
    [
      'a reserved name in details',
      () => lineOfLoose(sealedAgain({ ...base[1], details: { salt: '0'.repeat(64), metadata: { signature: 'x' } } })),
    ],
    ['a text that looks like a reserved name', () => sealedWith({ tags: [',"receiptHash":"'] })],
    ['text beyond ASCII', () => sealedWith({ tags: ['ä€😀\u2028\u0000"\\'] })],
    ['an extension of capital letters', () => sealedWith({ xÄ: 1, 'xA"': 2 })],
    ['an unknown member', () => sealedWith({ later: 1 })],
    ['an unknown version', () => sealedWith({ version: 'quittance/2' })],
    ['details that are others', () => lineOfLoose({ ...base[1], details: { salt: '1'.repeat(64) } })],
    [
      'details erased',
      () => lineOfLoose(Object.fromEntries(Object.entries(base[1]).filter(([name]) => name !== 'details'))),
    ],
    ['a key that is no point', () => sealedWith({}).replace(/z6Mk\w{44}/, `z6Mk${'1'.repeat(44)}`)],
    ['a rule broken', () => sealedWith({ action: undefined })],
    ['null', () => 'null'],
    ['a list', () => `[${sealedWith({})}]`],
    ['nothing', () => ''],
  ])('in %s', (_, line) => {
    agrees(line())
  })

  test.each([12, 13, 14, 15, 16, 17])('in %i levels', (levels) => {
    const deep = (count: number): unknown => (count === 0 ? 1 : [deep(count - 1)])
    agrees(sealedWith({ xA: deep(levels) }))
    agrees(
      lineOfLoose(
        sealedAgain({ ...base[1], details: { salt: '0'.repeat(64), rationale: deep(levels) } } as JsonObject),
      ),
    )
  })

  test.each([-1, 0, 1])('in a preimage of the most bytes and %i', (over) => {
    for (const letter of ['a', 'é', '漢']) {
      const size = Buffer.byteLength(letter)
      const { receiptHash: _h, signature: _s, ...covered } = base[0] as Loose
      const empty = Buffer.byteLength(jcs({ ...covered, keyId: keys.one.keyId, tags: ['', ''] }))
      const room = MAX_PREIMAGE_BYTES + over - empty
      const tags = [letter.repeat(Math.floor(room / size)), 'a'.repeat(room % size)]
      expect(agrees(sealedWith({ tags }))).toBe(over <= 0)
    }
  })

  test('in objects', () => {
    fc.assert(
      fc.property(spoiled(anyReceipt), fc.boolean(), (receipt, again) => {
        const value = again ? sealedAgain(receipt) : receipt
        const [quick, general] = [readObject(value), readObjectGenerally(value)].map((reading) => examine(reading))
        expect({ ...quick, line: undefined }).toEqual(general)
      }),
      { numRuns: 300 },
    )
    for (const receipt of fullChain) expect(readObject(receipt).plain).toBeDefined()
  })

  test('whatever was read before', () => {
    // pieces of what was read are kept: a broken hash, key or id must not pass because it came before
    const [one, two] = chainOf([{}, {}]).map((receipt) => lineOfLoose(receipt)) as [string, string]
    const { receiptHash } = JSON.parse(one) as DecisionReceipt
    const bad = `sha256:${'G'.repeat(64)}`
    for (const line of [one.replaceAll(receiptHash, bad), two.replaceAll(receiptHash, bad), one, two]) agrees(line)
    for (const id of ['tenant-1', 'no id', 'tenant-1', 'no\u0000id']) agrees(sealedWith({ tenantId: id }))
    expect([agrees(one), agrees(two)]).toEqual([true, true])
  })
})
