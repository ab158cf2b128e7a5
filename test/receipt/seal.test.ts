import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { detailsHashOf } from '../../src/receipt/digest.js'
import { MAX_LINE_BYTES, MAX_PREIMAGE_BYTES } from '../../src/receipt/limits.js'
import { type ChainPlace, frame, lineOf, link, type ReceiptBody, seal, textsOf } from '../../src/receipt/seal.js'
import { receiptFaults } from '../../src/receipt/validate.js'
import { anyBody, type JsonObject, plainReceipt } from './arbitraries.js'
import { jcs } from './jcs.js'

const anyPlace: fc.Arbitrary<ChainPlace> = fc.record({
  seq: fc.oneof(fc.nat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER)),
  timestamp: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  keyId: fc.stringMatching(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/),
  prevReceiptHash: fc.stringMatching(/^sha256:[0-9a-f]{64}$/),
})
const anySignature = fc.uint8Array({ minLength: 64, maxLength: 64 })

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`

/** What the format says of preimage and line, by an independent writer. */
function independent(body: JsonObject, place: ChainPlace, signature: Uint8Array) {
  const { details, ...covered } = { ...body, ...place } as JsonObject
  const preimage = jcs(covered)
  const receiptHash = sha256(preimage)
  const whole = {
    ...covered,
    ...(details === undefined ? {} : { details }),
    receiptHash,
    signature: `ed25519:${Buffer.from(signature).toString('hex')}`,
  }
  return { preimage, receiptHash, whole, line: jcs(whole) }
}

const sealed = (body: JsonObject, place: ChainPlace, signature: Uint8Array) => {
  const linked = link(frame(body as unknown as ReceiptBody), place)
  return { linked, receipt: seal(linked, signature) }
}

describe('sealing', { timeout: 60_000 }, () => {
  it('gives the hash, message and line that the format says', () => {
    fc.assert(
      fc.property(anyBody, anyPlace, anySignature, (body, place, signature) => {
        const expected = independent(body, place, signature)
        const { linked, receipt } = sealed(body, place, signature)
        expect(linked.receiptHash).toBe(expected.receiptHash)
        expect(Buffer.from(linked.message).toString()).toBe(`quittance/1 receipt\n${expected.receiptHash}\n`)
        expect(lineOf(receipt)).toBe(expected.line)
        expect(receipt).toEqual(expected.whole)
        expect(receiptFaults(receipt)).toEqual([])
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })

  it('a frame is linked any number of times, each time afresh', () => {
    fc.assert(
      fc.property(
        anyBody,
        fc.array(anyPlace, { minLength: 2, maxLength: 3 }),
        anySignature,
        (body, places, signature) => {
          const framed = frame(body as unknown as ReceiptBody)
          for (const place of places) {
            expect(lineOf(seal(link(framed, place), signature))).toBe(independent(body, place, signature).line)
          }
        },
      ),
      { seed: 2, numRuns: 200 },
    )
  })

  it('writes a receipt alike that someone else sealed, whatever the order of its members', () => {
    fc.assert(
      fc.property(anyBody, anyPlace, anySignature, (body, place, signature) => {
        const { whole, preimage, line } = independent(body, place, signature)
        const backwards = Object.fromEntries(Object.entries(whole).reverse())
        expect(textsOf(backwards)).toEqual({ preimage, line })
        expect(lineOf(backwards as never)).toBe(line)
        expect(textsOf(JSON.parse(line) as object)).toEqual({ preimage, line })
      }),
      { seed: 3, numRuns: 500 },
    )
  })

  it('details change the line, never the preimage', () => {
    fc.assert(
      fc.property(anyBody, anyPlace, anySignature, (body, place, signature) => {
        const { details: _erased, ...rest } = body
        const { linked, receipt } = sealed(body, place, signature)
        const without = sealed(rest, place, signature)
        expect(without.linked.receiptHash).toBe(linked.receiptHash)
        expect(without.receipt.details).toBeUndefined()
        expect(textsOf(receipt).preimage).toBe(textsOf(without.receipt).preimage)
      }),
      { seed: 4, numRuns: 300 },
    )
  })
})

describe('a sealed receipt', () => {
  const place: ChainPlace = (({ seq, timestamp, keyId, prevReceiptHash }) => ({
    seq,
    timestamp,
    keyId,
    prevReceiptHash,
  }))(plainReceipt())
  const body = (({ version, receiptId, chainId, eventType, tenantId, checks, action }) => ({
    version,
    receiptId,
    chainId,
    eventType,
    tenantId,
    checks,
    action,
  }))(plainReceipt()) as unknown as JsonObject
  const signature = new Uint8Array(64).fill(4)

  it('is frozen', () => {
    const { receipt } = sealed(body, place, signature)
    expect(Object.isFrozen(receipt)).toBe(true)
    expect(() => Object.assign(receipt, { action: 'reject' })).toThrow(TypeError)
  })

  it('carries its line out of sight: JSON, copies and keys have its members only', () => {
    const { receipt } = sealed(body, place, signature)
    expect(JSON.parse(JSON.stringify(receipt))).toEqual(independent(body, place, signature).whole)
    expect(Object.getOwnPropertySymbols({ ...receipt })).toEqual([])
    expect(Object.getOwnPropertySymbols(structuredClone(receipt))).toEqual([])
  })

  it('a changed copy is written as it is now, not as it was', () => {
    const { receipt } = sealed(body, place, signature)
    const changed = { ...receipt, action: 'reject' as const }
    expect(lineOf(changed)).toContain('"action":"reject"')
  })

  it('what inherits from it is another object, and is written as it is', () => {
    const { receipt } = sealed(body, place, signature)
    const own = { ...receipt, action: 'reject' as const }
    const heir = Object.create(receipt, Object.getOwnPropertyDescriptors(own)) as typeof receipt
    expect(lineOf(heir)).toBe(jcs(own))
    expect(lineOf(Object.create(receipt) as typeof receipt)).toBe('{}')
  })

  it('keeps its own line whatever stands beside it', () => {
    const first = sealed(body, place, signature)
    const other = new Uint8Array(64).fill(5)
    const second = seal(first.linked, other)
    expect(lineOf(first.receipt)).toBe(independent(body, place, signature).line)
    expect(lineOf(second)).toBe(independent(body, place, other).line)
  })

  it('is refused before it is hashed where its members or rules are wrong', () => {
    const refused = (wrong: JsonObject): string | undefined => {
      try {
        frame(wrong as unknown as ReceiptBody)
      } catch (error) {
        if (QuittanceError.is(error, 'RECEIPT_INVALID')) return error.details.path
        throw error
      }
      return undefined
    }
    expect(refused({ ...body, tenantId: '' })).toBe('tenantId')
    expect(refused({ ...body, later: 1 })).toBe('later')
    expect(refused({ ...body, eventType: 'annotation' })).toBe('action')
    expect(refused({ ...body, seq: 1 })).toBe('seq')
    expect(refused({ ...body, receiptHash: `sha256:${'0'.repeat(64)}` })).toBe('receiptHash')
    expect(() => frame({ ...body, xA: 2 ** 53 } as unknown as ReceiptBody)).toThrow(
      expect.objectContaining({ code: 'RECEIPT_NOT_JSON' }),
    )
    expect(() => frame({ ...body, xA: { signature: 1 } } as unknown as ReceiptBody)).toThrow(
      expect.objectContaining({ code: 'RECEIPT_NOT_JSON' }),
    )
  })

  describe('sizes', () => {
    const farthest = { ...place, seq: Number.MAX_SAFE_INTEGER }
    const bytes = (text: string): number => Buffer.byteLength(text, 'utf8')
    const tooLarge = (message: string) => expect.objectContaining({ code: 'RECEIPT_TOO_LARGE', message })

    /** The text that brings a measure to a limit, of units with 1, 2, 3 and 4 bytes in UTF-8, and one byte more. */
    const filled = (unit: string, free: number): readonly [string, string] => {
      const fits = unit.repeat(Math.floor(free / bytes(unit))) + 'a'.repeat(free % bytes(unit))
      return [fits, `${fits}a`]
    }

    it.each(['a', 'é', '漢', '😀', '\n'])(
      'a preimage of %j may have 65,000 bytes and no more, at the longest seq',
      (unit) => {
        const of = (text: string): JsonObject => ({ ...body, xText: text })
        const written = unit === '\n' ? 2 : bytes(unit)
        const free = MAX_PREIMAGE_BYTES - bytes(textsOf({ ...of(''), ...farthest }).preimage)
        const fits = unit.repeat(Math.floor(free / written)) + 'a'.repeat(free % written)
        const { receipt } = sealed(of(fits), farthest, signature)
        expect(bytes(textsOf(receipt).preimage)).toBe(65_000)
        expect(() => frame(of(`${fits}a`) as unknown as ReceiptBody)).toThrow(
          tooLarge('a preimage may have 65000 bytes'),
        )
      },
    )

    it.each([
      ['a', 'a'],
      ['漢', 'a'],
      ['漢', '漢'],
      ['a', '😀'],
    ])('a line of %s with details of %s may have 131,072 bytes and no more', (unit, detail) => {
      const of = (text: string): JsonObject => {
        const details = { salt: '0'.repeat(64), rationale: text }
        return { ...body, xText: unit.repeat(10_000), details, detailsHash: detailsHashOf(details) }
      }
      const free = MAX_LINE_BYTES - bytes(lineOf(sealed(of(''), farthest, signature).receipt))
      const [fits, over] = filled(detail, free)
      expect(bytes(lineOf(sealed(of(fits), farthest, signature).receipt))).toBe(131_072)
      expect(() => frame(of(over) as unknown as ReceiptBody)).toThrow(tooLarge('a line may have 131072 bytes'))
    })
  })
})
