import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { headRef, headText, instant, positiveNumber, sha256Digest, wholeNumber } from '../../src/cli/values.js'

const digest = `sha256:${'0a'.repeat(32)}`

describe('what options mean', () => {
  test('whole numbers', () => {
    expect([wholeNumber('0'), wholeNumber('41'), positiveNumber('1')]).toEqual([0, 41, 1])
    expect(wholeNumber('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
    for (const bad of ['', '-1', '1.5', '1e3', '007', ' 1', '0x1', '9007199254740992', 'ten']) {
      expect(() => wholeNumber(bad)).toThrow(/whole number/)
      expect(() => positiveNumber(bad)).toThrow(/whole number/)
    }
    expect(() => positiveNumber('0')).toThrow(/1 or more/)
  })

  test('digests', () => {
    expect(sha256Digest(digest)).toBe(digest)
    for (const bad of ['', digest.slice(7), digest.toUpperCase(), `${digest}0`, digest.slice(0, -1), ` ${digest}`]) {
      expect(() => sha256Digest(bad)).toThrow(/sha256/)
    }
  })

  test('a head reads what a head prints', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (seq, hash) => {
        const head = { seq, receiptHash: `sha256:${Buffer.from(hash).toString('hex')}` }
        expect(headRef(headText(head))).toEqual(head)
      }),
    )
    for (const bad of [
      '',
      digest,
      `:${digest}`,
      `-1:${digest}`,
      `1.0:${digest}`,
      `1:${digest}0`,
      `1 :${digest}`,
      `1:x${digest}`,
    ]) {
      expect(() => headRef(bad)).toThrow(/SEQ:sha256:HEX/)
    }
  })

  test('times may leave out what is zero, and nothing else', () => {
    expect(instant('2026-01-31')).toBe('2026-01-31T00:00:00.000Z')
    expect(instant('2026-01-31T12:30:00Z')).toBe('2026-01-31T12:30:00.000Z')
    expect(instant('2026-01-31T12:30:00.250Z')).toBe('2026-01-31T12:30:00.250Z')
    for (const bad of [
      '',
      'now',
      '2026-02-30',
      '2026-01-31T12:30:00',
      '2026-01-31T12:30Z',
      '2026-01-31T25:00:00Z',
      '1769860000',
    ]) {
      expect(() => instant(bad)).toThrow(/UTC time/)
    }
  })
})
