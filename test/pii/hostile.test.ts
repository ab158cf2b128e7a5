import { describe, expect, it } from 'vitest'
import type { Detector } from '../../src/pii/detector.js'
import { defaultTypes, detectorOf } from '../../src/pii/detectors/index.js'
import { createFinder } from '../../src/pii/find.js'
import { fold } from '../../src/pii/fold.js'
import { scan } from '../../src/pii/haystack.js'
import type { PiiType } from '../../src/pii/index.js'
import { hostileTexts } from './hostile-texts.js'

/** Work is counted, not timed: its growth shows between two sizes, and a loop without end at either. */
const LARGE = 256 * 1024

/** What looking through a text came to, counted and not timed. */
interface Work {
  looks: number
  /** Characters that detectors were shown, all looks together. */
  shown: number
  steps: number
}

function counted(types: readonly PiiType[]) {
  const work: Work = { looks: 0, shown: 0, steps: 0 }
  const counting = (detector: Detector, first: boolean): Detector => ({
    ...detector,
    find(haystack, report) {
      if (first) {
        work.looks += 1
        work.shown += haystack.text.length
      }
      detector.find(
        {
          ...haystack,
          step() {
            work.steps += 1
            haystack.step()
          },
        },
        report,
      )
    },
  })
  const finder = createFinder({
    detectors: types.map((type, index) => counting(detectorOf[type](), index === 0)),
    threshold: 0.5,
    budgetMs: 600_000,
    preview: ({ type }) => `[${type}]`,
  })
  return {
    workOn(text: string): Work {
      Object.assign(work, { looks: 0, shown: 0, steps: 0 })
      finder.find(text, { hint: '', machine: false })
      return { ...work }
    },
  }
}

const small = new Map(hostileTexts(LARGE / 16))

describe.each(hostileTexts(LARGE))('256 KiB of: %s', (name, text) => {
  it('is looked through a bounded number of times, with work in proportion to its length', () => {
    const { workOn } = counted(defaultTypes)
    const less = workOn(small.get(name) as string)
    const work = workOn(text)
    expect(work.looks).toBeLessThan(4 * less.looks + 40)
    expect(work.shown).toBeLessThan(8 * text.length)
    expect(work.steps).toBeLessThan(2 * text.length)
    expect(work.steps).toBeLessThan(24 * less.steps + 1_000)
  })
})

describe('each detector alone', () => {
  const texts = hostileTexts(LARGE / 8)
  const eighth = new Map(hostileTexts(LARGE / 64))
  it.each(Object.keys(detectorOf) as PiiType[])('%s takes steps in proportion to the length', (type) => {
    const detector = detectorOf[type]()
    const stepsIn = (text: string): number => {
      let steps = 0
      detector.find(
        scan(fold(text).text, '', {
          step() {
            steps += 1
          },
        }),
        () => undefined,
      )
      return steps
    }
    for (const [name, text] of texts) {
      const steps = stepsIn(text)
      expect(steps, name).toBeLessThan(12 * stepsIn(eighth.get(name) as string) + 1_000)
      expect(steps, name).toBeLessThan(2 * text.length)
    }
  })
})

describe('folding', () => {
  it.each([
    ...[
      '&',
      '%',
      '[',
      '[at]',
      '&#',
      '&#0',
      '\u0301',
      'a\u0301',
      '\u200b',
      '(at)a',
      '\\',
      '%41',
      '=40a',
      '\ufe0f',
      'dot ',
      ' at b dot com',
    ],
    ...[
      '\ud83d',
      '٣',
      '[EMAIL]',
      '&amp;',
      '%25',
      '–1',
      '。a',
      'https://a:b@%41',
      '{',
      'AT ',
      '[[[[at',
      'a [at] ',
      '\u001b[',
      '=\n',
      '&amp',
    ],
  ])('256 KiB of %j ends, no longer than it was', (unit) => {
    const text = unit.repeat(LARGE / unit.length)
    const { text: folded, back } = fold(text)
    expect(folded.length).toBeLessThanOrEqual(text.length)
    if (folded.length > 0) expect(back ? back.end(folded.length) : folded.length).toBeLessThanOrEqual(text.length)
  })
})
