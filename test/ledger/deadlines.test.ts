import { expect, test } from 'vitest'
import { createDeadlines, type Expiring } from '../../src/ledger/deadlines.js'

interface Waiting extends Expiring {
  readonly name: string
}

test('each runs out once, in its time; what has no end and what was removed do not, and all that wait are counted', async () => {
  const deadlines = createDeadlines<Waiting>()
  const expired: string[] = []
  let last: (() => void) | undefined
  const waiting = (name: string, inMs: number): Waiting => {
    const one = {
      name,
      deadline: performance.now() + inMs,
      expire() {
        // late is possible on a busy machine, early is not
        expect(performance.now()).toBeGreaterThanOrEqual(one.deadline)
        expired.push(name)
        if (name === 'last') last?.()
      },
    }
    deadlines.add(one)
    return one
  }
  const ended = new Promise<void>((resolve) => {
    last = resolve
  })
  const endless = waiting('endless', Number.POSITIVE_INFINITY)
  waiting('last', 60)
  const removed = waiting('removed', 5)
  waiting('first', 10)
  deadlines.remove(removed)
  expect([...deadlines].map(({ name }) => name)).toEqual(['endless', 'last', 'first'])
  await ended
  expect(expired).toEqual(['first', 'last'])
  expect([...deadlines]).toEqual([endless])
  expect(deadlines.size).toBe(1)
  deadlines.remove(endless)
  expect(deadlines.size).toBe(0)
})
