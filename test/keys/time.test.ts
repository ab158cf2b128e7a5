import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTime } from '../../src/primitives/time.js'

describe('isTime', () => {
  it('takes what Date writes, and those texts compare as the instants do', () => {
    const date = fc.date({
      min: new Date('0000-01-01T00:00:00.000Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(date, date, (a, b) => {
        expect(isTime(a.toISOString())).toBe(true)
        expect(a.toISOString() < b.toISOString()).toBe(a.getTime() < b.getTime())
      }),
    )
  })

  it('takes a text of digits only where it is the day that Date reads', () => {
    const two = (max: number): fc.Arbitrary<string> => fc.nat(max).map((n) => String(n).padStart(2, '0'))
    const year = fc.nat(9999).map((n) => String(n).padStart(4, '0'))
    fc.assert(
      fc.property(year, two(14), two(33), two(25), two(61), two(61), (y, month, day, hour, minute, second) => {
        const text = `${y}-${month}-${day}T${hour}:${minute}:${second}.000Z`
        const read = new Date(text)
        expect(isTime(text)).toBe(!Number.isNaN(read.getTime()) && read.toISOString() === text)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    '',
    '2025-01-01T00:00:00.000',
    '2025-01-01T00:00:00.000z',
    ' 2025-01-01T00:00:00.000Z',
    '٢025-01-01T00:00:00.000Z',
  ])('does not take %j', (text) => {
    expect(isTime(text)).toBe(false)
  })
})
