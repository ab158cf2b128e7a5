import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeenIds } from '../../../src/report/coverage/ids.js'

const uuid = fc.uuid({ version: 7 })

test('as long as nothing is let go, it is a set of ids', () => {
  fc.assert(
    fc.property(fc.array(uuid, { maxLength: 300 }), fc.array(uuid, { maxLength: 50 }), (added, others) => {
      const seen = createSeenIds(1_000)
      const set = new Set(added)
      for (const id of added) seen.add(id)
      for (const id of [...added, ...others]) expect(seen.has(id)).toBe(set.has(id))
      expect(seen.forgotten).toBe(0)
    }),
  )
})

test('the latest are there, however many came, and the others are counted', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(uuid, { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 20 }),
      (ids, limit) => {
        const seen = createSeenIds(limit)
        for (const id of ids) seen.add(id)
        for (const id of ids.slice(-limit)) expect(seen.has(id)).toBe(true)
        expect(ids.filter((id) => !seen.has(id))).toHaveLength(seen.forgotten)
      },
    ),
  )
})

test('ids that differ in one digit are told apart, also after the table grew', () => {
  const ids = Array.from({ length: 5_000 }, (_, n) => `019b0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`)
  const seen = createSeenIds(10_000)
  for (const [n, id] of ids.entries()) if (n % 2 === 0) seen.add(id)
  expect(ids.filter((id) => seen.has(id))).toEqual(ids.filter((_, n) => n % 2 === 0))
})
