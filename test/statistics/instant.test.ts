import fc from 'fast-check'
import { expect, it } from 'vitest'
import { msOf } from '../../src/report/statistics/instant.js'

it('reads a receipt’s time as Date does', () => {
  const first = Date.parse('0000-01-01T00:00:00.000Z')
  const last = Date.parse('9999-12-31T23:59:59.999Z')
  const times = fc.array(
    fc.integer({ min: first, max: last }).chain((ms) => fc.constantFrom(ms, Math.min(last, ms + 1))),
  )
  fc.assert(
    fc.property(times, (list) => {
      for (const ms of list) expect(msOf(new Date(ms).toISOString())).toBe(ms)
    }),
  )
})
