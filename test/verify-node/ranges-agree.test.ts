/** What `threads-agree.test.ts` asks of ten thousand damaged chains, of a few: quick enough to be asked after each change. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { examiner } from '../../src/verify/node/examining.js'
import { alone, byRanges, crewOf, fileSet, rangeBytes, remembering } from './by-ranges.js'
import { damagedChain } from './damaged-chains.js'

test('damaged chains are judged by ranges as in one go, also where every third range has no report', async () => {
  const set = fileSet()
  const examine = examiner(remembering)
  let loses = false
  let asked = 0
  const crew = crewOf((task) =>
    examine(task).map((report) => {
      asked += 1
      return loses && asked % 3 === 0 ? undefined : report
    }),
  )
  const property = fc.asyncProperty(damagedChain, rangeBytes, fc.boolean(), async (drawn, size, losing) => {
    loses = losing
    expect(await byRanges(drawn, crew, size, set)).toEqual(await alone(drawn))
  })
  try {
    await fc.assert(property, { numRuns: 300, seed: 808 })
  } finally {
    set.close()
  }
})
