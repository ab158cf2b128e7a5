import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRecent } from '../../src/report/statistics/recent.js'

it('remembers at least the latest, at most twice as many, and says how many it let go', () => {
  const step = fc.record({ what: fc.constantFrom('set', 'set', 'set', 'replace', 'delete'), back: fc.nat({ max: 20 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 6 }), (steps, limit) => {
      const recent = createRecent<number>(limit)
      const live = new Map<string, number>()
      let next = 0
      let deleted = 0
      for (const { what, back } of steps) {
        const key = `k${next - 1 - back}`
        if (what === 'set') {
          recent.set(`k${next}`, next)
          live.set(`k${next}`, next)
          next += 1
        } else if (what === 'replace' && recent.get(key) !== undefined) {
          recent.replace(key, -1 - next)
          live.set(key, -1 - next)
        } else if (what === 'delete' && recent.get(key) !== undefined) {
          recent.delete(key)
          live.delete(key)
          deleted += 1
        } else recent.replace(`none${next}`, 1)
      }
      expect(recent.size).toBeLessThanOrEqual(2 * limit)
      expect(recent.size + recent.forgotten + deleted).toBe(next)
      // the latest that were not let go on purpose are there, in order, with their last value
      const expected = [...live.values()]
      expect(recent.values()).toEqual(expected.slice(expected.length - recent.size))
      expect(recent.size).toBeGreaterThanOrEqual(Math.min(limit, live.size))
      for (const [key, value] of [...live].slice(-limit)) expect(recent.get(key)).toBe(value)
    }),
  )
})
