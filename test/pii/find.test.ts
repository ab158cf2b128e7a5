import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Detector, Haystack } from '../../src/pii/detector.js'
import { createFinder, type Found } from '../../src/pii/find.js'
import { SUBSTITUTE } from '../../src/pii/folding/placeholders.js'

type Reporter = (haystack: Haystack, report: Parameters<Detector['find']>[1]) => void

const detector = (name: string, types: string[], find: Reporter): Detector => ({ name, version: '1', types, find })

/** Reports what a pattern matches; a group, where there is one. */
const pattern = (name: string, type: string, expression: RegExp, score = 0.9): Detector =>
  detector(name, [type], ({ text }, report) => {
    for (const { 0: whole, 1: part, index } of text.matchAll(expression)) {
      const start = part === undefined ? index : index + whole.indexOf(part)
      report(start, start + (part ?? whole).length, type, score, 'pattern')
    }
  })

const code = pattern('code', 'CODE', /(?<![a-z0-9])c[0-9]{4}(?![a-z0-9])/g)
/** Its word may stand 20 characters before it: what is replaced between them draws them together. */
const keyed = pattern('keyed', 'KEYED', /\bkey\b.{0,20}?(?<![a-z0-9])(k[0-9]{3})(?![a-z0-9])/gs)

const place = { hint: '', machine: false }

function finderOf(
  detectors: readonly Detector[],
  preview = ({ type }: Found): string => `[${type}]`,
  budgetMs = 60_000,
) {
  const finder = createFinder({ detectors, threshold: 0.5, budgetMs, preview })
  return {
    find: (text: string) => finder.find(text, place),
    redact: (text: string) => {
      let from = 0
      let whole = ''
      for (const span of finder.find(text, place)) {
        whole += text.slice(from, span.start) + preview(span)
        from = span.end
      }
      return whole + text.slice(from)
    },
  }
}

describe('what is found', () => {
  it('has the offsets of the original, whatever stands before it', () => {
    const { find } = finderOf([code])
    for (const before of ['', '😀 ', '&amp; ', '\u200b\u200b', 'e\u0301 ', '%41 ', '[EMAIL] ', '\ud800 ']) {
      for (const form of ['c1234', 'c12\u200b34', 'ｃ１２３４', '%631234', 'c&#49;234', 'c1\u00ad234', '𝐜𝟏𝟐𝟑𝟒']) {
        const text = `${before}${form} 😀`
        const spans = find(text)
        expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([form])
        expect(spans[0]?.value).toBe('c1234')
      }
    }
  })

  it('counts from the threshold on', () => {
    const scored = (score: number) => finderOf([pattern('x', 'X', /x/g, score)]).find('axa').length
    expect([0, 0.49, 0.5, 1, Number.NaN].map(scored)).toEqual([0, 0, 1, 1, 0])
  })

  it('is nothing where there is nothing', () => {
    expect(finderOf([code, keyed]).find('')).toEqual([])
    expect(finderOf([]).find('c1234')).toEqual([])
  })

  it('refuses offsets outside of the text', () => {
    for (const [start, end] of [
      [-1, 1],
      [0, 4],
      [2, 2],
      [2, 1],
      [Number.NaN, 1],
    ] as const)
      expect(() =>
        finderOf([detector('bad', ['BAD'], (_, report) => report(start, end, 'BAD', 1, 'bad'))]).find('abc'),
      ).toThrow(RangeError)
  })

  it('is looked for by detectors of machine ids alone where the text is one', () => {
    const finder = createFinder({
      detectors: [code, { ...pattern('m', 'M', /m+/g), machine: true }],
      threshold: 0.5,
      budgetMs: 60_000,
      preview: ({ type }) => `[${type}]`,
    })
    const types = (machine: boolean) => finder.find('c1234 mmm', { hint: '', machine }).map(({ type }) => type)
    expect(types(true)).toEqual(['M'])
    expect(types(false)).toEqual(['CODE', 'M'])
  })

  it('hands the hint on', () => {
    const hinted = detector(
      'hinted',
      ['HINT'],
      ({ hint }, report) => hint === 'home' && report(0, 1, 'HINT', 1, 'hint'),
    )
    const finder = createFinder({ detectors: [hinted], threshold: 0.5, budgetMs: 60_000, preview: () => '[HINT]' })
    expect(finder.find('x', { hint: 'home', machine: false })).toHaveLength(1)
    expect(finder.find('x', place)).toHaveLength(0)
  })
})

describe('looking again', () => {
  it('finds what comes near through a replacement', () => {
    const text = 'key: c1234 c1234 c1234 c1234 k567'
    expect(finderOf([keyed]).find(text)).toEqual([])
    for (const preview of [({ type }: Found) => `[${type}]`, ({ type }: Found) => type.charAt(0)])
      expect(
        finderOf([code, keyed], preview)
          .find(text)
          .map(({ value }) => value),
      ).toEqual(['c1234', 'c1234', 'c1234', 'c1234', 'k567'])
  })

  it('never finds what redaction left', () => {
    const greedy = pattern('greedy', 'WORD', /\S+/g)
    const { redact } = finderOf([greedy])
    expect(redact('one [EMAIL] [IBAN_2] [PHONE:hmac:kdnbpcajfmgeohil] two')).toBe(
      '[WORD] [EMAIL] [IBAN_2] [PHONE:hmac:kdnbpcajfmgeohil] [WORD]',
    )
  })

  it('takes a finding that reaches into what was replaced together with it', () => {
    const beside = pattern('beside', 'BESIDE', new RegExp(`${SUBSTITUTE}-[a-z]+`, 'g'))
    const { find } = finderOf([code, beside])
    const text = 'see c1234-tail, c9999'
    expect(find(text).map(({ type, start, end }) => [type, text.slice(start, end)])).toEqual([
      ['CODE', 'c1234-tail'],
      ['CODE', 'c9999'],
    ])
  })

  it('loses nothing where one finding joins several that were replaced', () => {
    const pairs = pattern('pairs', 'PAIR', new RegExp(`${SUBSTITUTE}\\+${SUBSTITUTE}`, 'g'))
    const { redact } = finderOf([code, pairs])
    expect(redact('c1111+c2222+c3333+c4444')).not.toMatch(/[0-9]/)
  })

  it('asks for each preview once', () => {
    const asked: string[] = []
    const { find } = finderOf([code, keyed], ({ value, type }) => {
      asked.push(value)
      return `[${type}]`
    })
    find(`key c1234 k123 ${'filler '.repeat(400)} c5678`)
    expect(asked.sort()).toEqual([...new Set(asked)].sort())
  })

  it('leaves nothing in long texts that looking through all of it would find', () => {
    const token = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('c1234', 'c9876', 'k123', 'key', 'key:', '[CODE]', 'a', '-', 'c\u200b1234'),
      },
      { weight: 2, arbitrary: fc.constantFrom('filler', 'more of it', 'x'.repeat(120), '\n') },
    )
    fc.assert(
      fc.property(fc.array(token, { minLength: 100, maxLength: 500 }), fc.boolean(), (tokens, short) => {
        const { redact, find } = finderOf([code, keyed], ({ type }) =>
          short ? `[${type}]` : `[${type}]`.padEnd(9, '*'),
        )
        const redacted = redact(tokens.join(' '))
        expect(find(redacted)).toEqual([])
        expect(redact(redacted)).toBe(redacted)
        expect(redacted).not.toMatch(/c[0-9]{4}/)
      }),
      { numRuns: 150 },
    )
  })

  it('believes a finding only where no edge of a window can have made it', () => {
    // as long as a private key's block: begins near what was replaced, ends far from it
    const block = pattern('block', 'BLOCK', new RegExp(`(?<=${SUBSTITUTE} )<<[a-z ]+>>|<<[a-z ]{0,300}$`, 'g'))
    const { redact } = finderOf([code, block])
    const inside = 'abc '.repeat(125)
    expect(redact(`${'filler '.repeat(300)}c1234 <<${inside}>> ${'filler '.repeat(300)}`)).toBe(
      `${'filler '.repeat(300)}[CODE] [BLOCK] ${'filler '.repeat(300)}`,
    )
  })
})

describe('whatever detectors report', () => {
  /** Reports stretches that only the text and a number decide on. */
  const noisy = (name: string, type: string, seed: number): Detector =>
    detector(name, [type], ({ text }, report) => {
      let state = seed + text.length
      for (let count = 0; count < 6 && text.length > 0; count += 1) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
        const start = state % text.length
        report(start, Math.min(text.length, start + 1 + ((state >> 8) % 12)), type, ((state >> 4) % 100) / 100, 'noise')
      }
    })

  it('spans are in order, without overlaps, in the text; the order of detectors does not matter', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 4 }),
        (text, seeds) => {
          const detectors = seeds.map((seed, index) => noisy(`n${index}`, `N${index}`, seed))
          const spans = finderOf(detectors).find(text)
          let last = 0
          for (const { start, end } of spans) {
            expect(start).toBeGreaterThanOrEqual(last)
            expect(end).toBeGreaterThan(start)
            last = end
          }
          expect(last).toBeLessThanOrEqual(text.length)
          expect(finderOf([...detectors].reverse()).find(text)).toEqual(spans)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('each round of a chain that goes on for ever takes more of it along', () => {
    const seed = pattern('seed', 'SEED', /seed/g)
    const looks: number[] = []
    // finds the next word only once the one before it was replaced
    const chain = detector('chain', ['CHAIN'], ({ text }, report) => {
      looks.push(text.length)
      const behind = new RegExp(`${SUBSTITUTE}[ .]?([a-z0-9]+)`, 'g')
      for (const match of text.matchAll(behind)) {
        const end = match.index + match[0].length
        report(end - (match[1] as string).length, end, 'CHAIN', 0.9, 'chain')
      }
    })
    const { redact } = finderOf([seed, chain])
    for (const [link, count] of [
      ['1.', 200_000],
      ['12 ', 100_000],
      ['word ', 50_000],
    ] as const) {
      looks.length = 0
      const text = `seed ${link.repeat(count)}`
      const left = redact(text)
      expect(left).not.toMatch(/[a-z0-9]/)
      expect(looks.length).toBeLessThan(40)
      expect(looks.reduce((sum, length) => sum + length, 0)).toBeLessThan(12 * text.length)
    }
  })
})

describe('the budget', () => {
  const busy = (steps: number) =>
    detector('busy', ['BUSY'], ({ step }) => {
      for (let count = 0; count < steps; count += 1) step()
    })

  it('refuses the whole text when it is used up', () => {
    expect(() => finderOf([code, busy(Number.POSITIVE_INFINITY)], undefined, 20).find('c1234')).toThrow(
      expect.objectContaining({ code: 'PII_BUDGET' }),
    )
    expect(finderOf([code, busy(1_000)]).find('c1234')).toHaveLength(1)
  })

  it('is also looked at where a detector takes no steps', () => {
    const slow = detector('slow', ['SLOW'], () => {
      const end = performance.now() + 30
      while (performance.now() < end);
    })
    expect(() => finderOf([slow, code], undefined, 10).find('c1234')).toThrow(
      expect.objectContaining({ code: 'PII_BUDGET' }),
    )
  })

  it('says nothing of the text', () => {
    try {
      finderOf([busy(Number.POSITIVE_INFINITY)], undefined, 5).find('alice c1234')
      expect.unreachable()
    } catch (error) {
      expect(JSON.stringify([String(error), error])).not.toMatch(/alice|c1234/)
    }
  })
})

it('looks through sixteen mebibytes', () => {
  const filler = 'nothing to see here, move along. '.repeat(254_200)
  const text = `c1234 ${filler}c5678 ${filler}c9012`
  expect(text.length).toBeGreaterThan(16 * 1024 * 1024 - 100_000)
  expect(
    finderOf([code, keyed])
      .find(text)
      .map(({ value }) => value),
  ).toEqual(['c1234', 'c5678', 'c9012'])
})
