import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { receiptIdFrom } from '../../src/collector/index.js'
import { parseTraceparent } from '../../src/collector/traceparent.js'
import { uuidv7 } from '../../src/receipt/schema/words.js'
import { collect, recordingSink } from './sink.js'

const time = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

describe('receiptIdFrom', () => {
  it('is a UUID of version 7 at the time of the message, the same for the same message', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 2 ** 48 - 1 }), (message, at) => {
        const id = receiptIdFrom(message, at)
        expect(uuidv7.check(id)).toBeUndefined()
        expect(time(id)).toBe(at)
        expect(receiptIdFrom(message, at)).toBe(id)
        if (at < 8.64e15) expect(receiptIdFrom(message, new Date(at))).toBe(id)
      }),
    )
  })

  it('is another for another message or time', () => {
    const ids = [receiptIdFrom('a', 5), receiptIdFrom('b', 5), receiptIdFrom('a', 6)]
    expect(new Set(ids).size).toBe(3)
    expect(ids[0]?.slice(14)).toBe(ids[2]?.slice(14))
  })

  it('never changes between releases: the stored ids depend on it', () => {
    // by hand: date -u -d 2026-03-01T09:30:00Z +%s, times 1000, in hex; printf 'quittance/1 receipt id\nmessage-1' | sha256sum
    const time = '019ca8bbb5c0'
    const hash = '6922b5aa02201e2bfc04abe6cb4e4b3e'
    const id = `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(13, 16)}-b${hash.slice(17, 20)}-${hash.slice(20)}`
    expect(id).toBe('019ca8bb-b5c0-7e2b-bc04-abe6cb4e4b3e')
    expect(receiptIdFrom('message-1', new Date('2026-03-01T09:30:00.000Z'))).toBe(id)
  })

  it.each([
    ['', 0, TypeError],
    [undefined, 0, TypeError],
    ['a', -1, RangeError],
    ['a', Number.NaN, RangeError],
    ['a', new Date('x'), RangeError],
    ['a', '2026-01-01', RangeError],
    ['a', 2 ** 48, RangeError],
  ])('%o at %o is refused', (message, at, fault) => {
    expect(() => receiptIdFrom(message as string, at as number)).toThrow(fault)
  })

  it('is what a collector takes', () => {
    const receiptId = receiptIdFrom('a', 0)
    expect(collect(recordingSink(), { receiptId }).receiptId).toBe(receiptId)
  })
})

describe("a collector's own ids", () => {
  it('are UUIDs of version 7, of now, each another', () => {
    const before = Date.now()
    const ids = Array.from({ length: 1_000 }, () => collect(recordingSink()).receiptId)
    expect(new Set(ids).size).toBe(1_000)
    expect(uuidv7.check(ids[0])).toBeUndefined()
    expect(time(ids[0] as string)).toBeGreaterThanOrEqual(before)
  })
})

describe('traceparent', () => {
  it.each([
    // the examples of the standard
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00', '4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'],
    // a later version may say more
    [
      'cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like',
      '12345678901234567890123456789012',
      '1234567890123456',
    ],
    ['cc-12345678901234567890123456789012-1234567890123456-01', '12345678901234567890123456789012', '1234567890123456'],
  ])('%s', (header, traceId, spanId) => {
    expect(parseTraceparent(header)).toEqual({ traceId, spanId })
  })

  it.each([
    [undefined],
    [''],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'],
    ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01'],
    ['00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01'],
    ['00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'],
    ['ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more'],
    ['cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more'],
    [' 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ])('%s is refused', (header) => {
    expect(() => parseTraceparent(header as string)).toThrow(TypeError)
  })
})
