import { expect, it } from 'vitest'
import {
  compareWindows,
  createCheckRates,
  createCounts,
  createFairness,
  createGaps,
  createOversight,
  createQuantiles,
  createScoreWindow,
  seededGenerator,
} from '../../src/report/statistics/index.js'

const unread = { minGroupSize: 100 } as object

it.each([createCheckRates, createCounts, createFairness, createGaps, createOversight, createQuantiles])(
  '%o refuses an option that nobody reads',
  (create) => {
    expect(() => create(unread)).toThrow(new TypeError('options has no member "minGroupSize"'))
  },
)

it('so do the two of drift', () => {
  const window = createScoreWindow({ check: 'a' }).snapshot()
  expect(() => createScoreWindow({ check: 'a', ...unread })).toThrow(TypeError)
  expect(() => compareWindows(window, window, { generator: seededGenerator(1), ...unread })).toThrow(TypeError)
})
