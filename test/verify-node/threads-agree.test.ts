/** Whatever is wrong with a chain, and wherever that falls, threads find what the calling thread alone finds. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { examiner } from '../../src/verify/node/examining.js'
import { threads } from '../../src/verify/node/threads.js'
import { incompleteCodes, invalidCodes } from '../../src/verify/types.js'
import { alone, byRanges, crewOf, fileSet, rangeBytes, remembering } from './by-ranges.js'
import { damagedChain } from './damaged-chains.js'

describe('damaged chains', () => {
  test('10,000 are judged by ranges as in one go', { timeout: 600_000 }, async () => {
    const set = fileSet()
    const examine = examiner(remembering)
    const seen = { runs: 0, codes: new Map<string, number>() }
    const count = (code: string) => seen.codes.set(code, (seen.codes.get(code) ?? 0) + 1)
    let loses = false
    let asked = 0
    const crew = crewOf((task) =>
      examine(task).map((report) => {
        asked += 1
        // what has no report is read by the calling thread
        if (loses && asked % 3 === 0) return undefined
        if (report?.parts.some(({ rest }) => rest !== undefined)) seen.runs += 1
        return report
      }),
    )
    const property = fc.asyncProperty(damagedChain, rangeBytes, fc.nat({ max: 3 }), async (drawn, size, lot) => {
      loses = lot === 0
      const expected = await alone(drawn)
      expect(await byRanges(drawn, crew, size, set)).toEqual(expected)
      count(expected.result.verdict)
      for (const code of Object.keys(expected.result.counts)) count(code)
    })
    await fc.assert(property, { numRuns: 10_000, seed: 8 })
    set.close()
    // what was drawn was worth it: runs, every verdict, and every code
    expect(seen.runs).toBeGreaterThan(10_000)
    for (const verdict of ['VALID', 'INVALID', 'INCOMPLETE']) expect(seen.codes.get(verdict)).toBeGreaterThan(500)
    const codes: string[] = [...invalidCodes, ...incompleteCodes]
    expect(codes.filter((code) => !seen.codes.has(code))).toEqual([])
  })

  test('hundreds are judged by threads as in one go', async () => {
    const set = fileSet()
    const crew = await threads(2)
    try {
      const property = fc.asyncProperty(damagedChain, rangeBytes, async (drawn, size) => {
        expect(await byRanges(drawn, crew, size, set)).toEqual(await alone(drawn))
      })
      await fc.assert(property, { numRuns: 300, seed: 88 })
    } finally {
      await crew.close()
      set.close()
    }
  })
})
