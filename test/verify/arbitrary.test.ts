/** Whatever comes in, a verdict comes out: nothing throws, nothing hangs, and nothing random is VALID. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain, verifyLines } from '../../src/verify/chain.js'
import { verifyReceipt } from '../../src/verify/receipt.js'
import { anchorOf } from './anchor.js'
import { fullChain } from './full-receipts.js'
import {
  chainOf,
  entryOf,
  fileOf,
  judge,
  keys,
  type Loose,
  lineOfLoose,
  linesOf,
  NOW,
  plainChain,
  rawLines,
  resealed,
  trusting,
  trustOne,
} from './support.js'

const options = { keyring: trustOne, now: NOW }
const chain = chainOf([{}, { details: { rationale: 'ä€😀', metadata: { deep: [[{ a: 1 }]] } } }, {}])
const file = fileOf(linesOf(chain))
const noted = { ...options, expect: { head: chain[2] as DecisionReceipt }, anchors: [anchorOf(chain, 2)] }

describe('never thrown, never VALID', () => {
  test('over any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.json(),
            fc.string({ unit: fc.constantFrom(...'{}[]":,\\u0de1.-+ ') }),
          ),
        ),
        async (lines) => {
          const { verdict, checked } = await verifyChain(lines, noted)
          expect([verdict === 'VALID', checked]).toEqual([false, lines.length])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('over any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect((await verifyLines(rawLines(bytes), noted)).verdict).not.toBe('VALID')
      }),
      { numRuns: 500 },
    )
  })

  test('over any value', async () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
      withObjectString: true,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(anything), async (values) => {
        expect((await verifyChain(values as DecisionReceipt[], noted)).verdict).not.toBe('VALID')
        for (const value of values) expect(verifyReceipt(value as DecisionReceipt, options).verdict).not.toBe('VALID')
      }),
      { numRuns: 500 },
    )
  })

  /** Values that have tripped readers of JSON: what is not what it looks like when turned into a text, an index, a call. */
  const traps = fc.constantFrom<unknown>(
    { toString: 1, valueOf: 1 },
    { toString: null },
    { toJSON: 'x' },
    { length: -1 },
    [`sha256:${'0'.repeat(64)}`],
    [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]],
    'toString',
    '__proto__',
    'constructor',
    '',
    '\u0000',
    '\ud800',
    null,
    true,
    -0,
    -1,
    1.5,
    1e300,
    2 ** 53,
    Number.MAX_SAFE_INTEGER,
    'quittance/2',
    'acme/',
    '..',
    '9999-12-31T23:59:59.999Z',
    '2026-02-30T00:00:00.000Z',
  )
  const members = [...new Set(fullChain.flatMap((receipt) => Object.keys(receipt)))]

  test('over receipts in which any member holds anything', async () => {
    const forged = fc.record({
      seq: fc.integer({ min: 0, max: fullChain.length - 1 }),
      changes: fc.dictionary(fc.constantFrom(...members), fc.oneof(traps, fc.jsonValue()), { minKeys: 1, maxKeys: 4 }),
      sealed: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(forged, { minLength: 1, maxLength: 4 }), async (items) => {
        const receipts = items.map(({ seq, changes, sealed }) => {
          const spoilt = { ...(fullChain[seq] as unknown as Loose), ...changes }
          if (!sealed) return spoilt
          try {
            return resealed(spoilt, {})
          } catch {
            // the other writer has no form for it either
            return spoilt
          }
        })
        const keyring = trusting(
          entryOf(keys.one, { uses: ['receipt', 'rotate', 'retention'] }),
          entryOf(keys.root, { uses: ['delegate'] }),
        )
        const anchors = [anchorOf(fullChain, 1), anchorOf(fullChain, 3, NOW)]
        await verifyChain(receipts as unknown as DecisionReceipt[], {
          keyring,
          now: NOW,
          anchors,
          requireTail: true,
          acceptPruned: { minDays: 1 },
        })
        for (const receipt of receipts) verifyReceipt(receipt as unknown as DecisionReceipt, { keyring })
        await verifyChain(
          receipts.map((receipt) => JSON.stringify(receipt)),
          { keyring, now: NOW },
        )
      }),
      { numRuns: 1_000 },
    )
    expect(members.length).toBeGreaterThan(40)
  })
})

describe('structural changes of a chain', () => {
  type Change = (lines: Loose[], pick: (length: number) => number) => Loose[]
  const swap = (lines: Loose[], a: number, b: number) =>
    lines.map((line, at) => (at === a ? lines[b] : at === b ? lines[a] : line) as Loose)
  const long = plainChain(8)
  const twin = plainChain(8, { label: 'twin' })
  const other = plainChain(8, { chainId: 'globex' })
  const changes: Record<string, Change> = {
    delete: (lines, pick) => lines.toSpliced(pick(lines.length), 1),
    duplicate: (lines, pick) => lines.toSpliced(pick(lines.length + 1), 0, lines[pick(lines.length)] as Loose),
    swap: (lines, pick) => swap(lines, pick(lines.length), pick(lines.length)),
    twin: (lines, pick) => lines.with(pick(lines.length), twin[pick(8)] as unknown as Loose),
    other: (lines, pick) => lines.with(pick(lines.length), other[pick(8)] as unknown as Loose),
    insert: (lines, pick) => lines.toSpliced(pick(lines.length + 1), 0, { version: 'quittance/1' }),
    renumber: (lines, pick) => lines.map((line, at) => (at === pick(lines.length) ? { ...line, seq: pick(12) } : line)),
    relabel: (lines, pick) => {
      const names = ['receiptHash', 'prevReceiptHash', 'signature', 'timestamp', 'receiptId', 'keyId', 'input']
      const name = names[pick(names.length)] as string
      const at = pick(lines.length)
      return lines.with(at, { ...(lines[at] as Loose), [name]: (lines[pick(lines.length)] as Loose)[name] })
    },
  }
  const head = { seq: 7, receiptHash: (long[7] as DecisionReceipt).receiptHash }
  const whole = linesOf(long).join('\n')

  test('any number of them, held against a noted head: VALID only if nothing has changed', async () => {
    let untouched = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...Object.keys(changes)), fc.infiniteStream(fc.nat())), {
          minLength: 1,
          maxLength: 4,
        }),
        async (steps) => {
          let lines = long.map((receipt) => ({ ...receipt }) as unknown as Loose)
          for (const [name, numbers] of steps) {
            if (lines.length === 0) break
            lines = (changes[name] as Change)(lines, (length) => (numbers.next().value as number) % Math.max(length, 1))
          }
          const { verdict } = await judge(lines, { expect: { head } })
          const same = lines.map(lineOfLoose).join('\n') === whole
          if (same) untouched += 1
          expect(verdict === 'VALID').toBe(same)
        },
      ),
      { numRuns: 1_500 },
    )
    expect(untouched).toBeLessThan(750)
  })

  test('white space, the order of members and erased details change no verdict, and are noted', async () => {
    const original = (await judge(file)).scope
    const shuffled = (value: unknown, random: () => number): unknown => {
      if (Array.isArray(value)) return value.map((item) => shuffled(item, random))
      if (typeof value !== 'object' || value === null) return value
      const entries = Object.entries(value).map(([name, member]) => [random(), name, shuffled(member, random)] as const)
      return Object.fromEntries(entries.sort(([a], [b]) => a - b).map(([, name, member]) => [name, member]))
    }
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.nat(3),
        fc.boolean(),
        async (numbers, indent, erase) => {
          const random = () => numbers.next().value as number
          const lines = chain.map((receipt) => {
            const { details, ...rest } = receipt
            const text = JSON.stringify(shuffled(erase ? rest : receipt, random), null, indent).replaceAll('\n', ' ')
            return random() < 0.5 ? `${text}\r` : text
          })
          const result = await judge(lines)
          expect([result.verdict, result.problems, result.scope]).toEqual(['VALID', [], original])
          expect(result.counts.DETAILS_ERASED).toBe(erase ? 1 : undefined)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('any slice of bytes cut out, replaced or put in: not VALID, or nothing but white space', async () => {
    const edit = fc.record({ at: fc.nat(file.length), length: fc.nat(40), bytes: fc.uint8Array({ maxLength: 40 }) })
    const text = file.toString()
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, length, bytes }) => {
        const changed = Buffer.concat([file.subarray(0, at), bytes, file.subarray(at + length)])
        const result = await judge(changed, { expect: { head: chain[2] as DecisionReceipt } })
        if (result.verdict !== 'VALID') return
        const same = changed.toString() === text
        expect(same || result.counts.LINE_NOT_CANONICAL !== undefined).toBe(true)
        expect(
          JSON.stringify(
            changed
              .toString()
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line)),
          ),
        ).toBe(
          JSON.stringify(
            text
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line)),
          ),
        )
      }),
      { numRuns: 2_000 },
    )
  })
})
