import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { custom, type PatternEngine } from '../../../src/pii/index.js'
import { piiRedactor } from '../../../src/pii/pii-redactor.js'
import { reportsOf, spansOf } from '../support.js'

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error

/** RE2 in JavaScript behind the little that a detector needs of an expression. */
const re2: PatternEngine = (source, flags) => {
  let bits = 0
  if (flags.includes('i')) bits |= RE2JS.CASE_INSENSITIVE
  if (flags.includes('s')) bits |= RE2JS.DOTALL
  if (flags.includes('m')) bits |= RE2JS.MULTILINE
  const compiled = RE2JS.compile(source, bits)
  return {
    lastIndex: 0,
    exec(text) {
      const matcher = compiled.matcher(text)
      if (!matcher.find(this.lastIndex)) {
        this.lastIndex = 0
        return null
      }
      this.lastIndex = matcher.end()
      return { index: matcher.start(), 0: matcher.group() ?? '' }
    },
  }
}

describe('custom by a pattern', () => {
  const employee = () =>
    custom({ name: 'EMPLOYEE_NO', pattern: /\bE-\d{6}\b/, context: ['employee', 'Personalnummer'] })

  it('finds each match, surer beside its words', () => {
    expect(reportsOf(employee(), 'E-123456 and E-654321')).toMatchObject([
      { type: 'EMPLOYEE_NO', value: 'E-123456', score: 0.4 },
      { type: 'EMPLOYEE_NO', value: 'E-654321', score: 0.4 },
    ])
    expect(spansOf(employee(), 'Personalnummer: E-123456')).toMatchObject([{ value: 'E-123456', score: 0.8 }])
    expect(spansOf(employee(), 'E-123456', 'employee')).toHaveLength(1)
  })

  it('has a score of its own without context words', () => {
    expect(reportsOf(custom({ name: 'A', pattern: 'x{3}' }), 'xxx')).toMatchObject([{ score: 0.85 }])
    expect(reportsOf(custom({ name: 'A', pattern: 'x{3}', score: 0.6 }), 'xxx')).toMatchObject([{ score: 0.6 }])
  })

  it('carries no state from text to text, whatever the flags', () => {
    const pattern = /E-\d{6}/gy
    pattern.lastIndex = 5
    const detector = custom({ name: 'EMPLOYEE_NO', pattern })
    for (let round = 0; round < 3; round += 1)
      expect(spansOf(detector, 'no. E-123456')).toMatchObject([{ start: 4, end: 12 }])
    expect(pattern.lastIndex).toBe(5)
  })

  it('honours i, s, m and u', () => {
    expect(spansOf(custom({ name: 'A', pattern: /^ab.c$/ims }), 'x\nAB\nC\ny')).toMatchObject([{ value: 'AB\nC' }])
    expect(spansOf(custom({ name: 'A', pattern: /\p{Lu}{2}\d{2}/u }), 'ÄÖ12')).toMatchObject([{ value: 'ÄÖ12' }])
  })

  it('lets validate have the last word', () => {
    const even = custom({ name: 'EVEN', pattern: /\d{4}/, validate: (match) => Number(match) % 2 === 0, version: '1' })
    expect(spansOf(even, '1235 1236')).toMatchObject([{ value: '1236' }])
  })

  /** A literal with this flag needs a newer target. */
  const setNotation = 'v'
  it.each([
    /a(?=[\s\S]*z)/,
    /a(?![\s\S]*z)/,
    /(?<=x[\s\S]*)q/,
    /(?<!x[\s\S]*)q/,
    /(?=.*z)a/s,
    /(?<=(a+)+)b/,
    /a(?=[\s\S]{0,99999}z)/,
    /(?=a{2,}b)a/,
    /(a+)+$/,
    /\d+x/,
    /(\w+\s?)*!/,
    /(a|a)*b/,
    /.*,.*,.*;/,
    new RegExp('[\\p{Lu}--[A-Z]]{2}', setNotation),
  ])('refuses %s', (pattern) => {
    expect(() => custom({ name: 'A', pattern })).toThrow(code('PII_UNSAFE_PATTERN'))
  })

  it.each([
    /\d{1,20}[A-Z]{1,20}/,
    /\w{1,20}@\w{1,20}/,
    /\bE-\d+\b/,
    /K-\d{4,}/,
    /[\]{1,9}]{1,4}\)\{3/,
    /(?<![A-Z])X\d{6}(?!\d)/,
  ])('takes %s', (pattern) => {
    expect(() => custom({ name: 'A', pattern })).not.toThrow()
  })

  it('runs on an engine of linear time what it refuses otherwise', () => {
    const detector = custom({ name: 'EVIL', pattern: /(a+)+b/i, engine: re2 })
    expect(spansOf(detector, 'xx AAAb yy aab')).toMatchObject([{ value: 'AAAb' }, { value: 'aab' }])
    expect(spansOf(detector, 'a'.repeat(50_000))).toEqual([])
  })

  it.each([/a*/, /(?:)/, /x?/])('refuses %s, which matches the empty text', (pattern) => {
    expect(() => custom({ name: 'A', pattern })).toThrow(RangeError)
    expect(() => custom({ name: 'A', pattern, engine: re2 })).toThrow(RangeError)
  })

  it('refuses the text where a match is empty', () => {
    expect(() => spansOf(custom({ name: 'A', pattern: /(?=x)/ }), 'x')).toThrow(code('PII_DETECTOR_FAILED'))
  })

  it('refuses the text where validate throws or gives no answer, and does not pass on what it said', () => {
    const throwing = custom({
      name: 'A',
      pattern: /\d{4}/,
      version: '1',
      validate: (match) => {
        throw new Error(`bad ${match}`)
      },
    })
    const failure = (() => {
      try {
        return spansOf(throwing, '1234')
      } catch (error) {
        return error as Error
      }
    })()
    expect(failure).toEqual(code('PII_DETECTOR_FAILED'))
    expect(JSON.stringify([String(failure), failure])).not.toContain('1234')
    const silent = custom({ name: 'A', pattern: /\d{4}/, version: '1', validate: (() => undefined) as never })
    expect(() => spansOf(silent, '1234')).toThrow(code('PII_DETECTOR_FAILED'))
  })

  it('refuses flags, names and numbers that make no sense', () => {
    const pattern = /x{3}/
    expect(() => custom({ name: 'A', pattern: /x/d })).toThrow(RangeError)
    for (const name of ['', 'a', '1A', 'A-B', `A${'B'.repeat(32)}`, 'EMAIL', 'SECRET'])
      expect(() => custom({ name, pattern })).toThrow(RangeError)
    expect(() => custom({ name: 7 as never, pattern })).toThrow(TypeError)
    for (const score of [-0.1, 1.1, Number.NaN]) expect(() => custom({ name: 'A', pattern, score })).toThrow(RangeError)
    for (const context of ['x', [''], ['*'], [1]])
      expect(() => custom({ name: 'A', pattern, context: context as never })).toThrow(TypeError)
    expect(() => custom({ name: 'A', pattern: '(' })).toThrow(RangeError)
    expect(() => custom({ name: 'A', pattern: 5 as never })).toThrow(TypeError)
    expect(() => custom({ name: 'A', pattern, validate: () => true })).toThrow(TypeError)
    expect(() => custom({ name: 'A', pattern, engine: (() => ({})) as never })).toThrow(TypeError)
    expect(() => custom({ name: 'A' } as never)).toThrow(TypeError)
    expect(() => custom(null as never)).toThrow(TypeError)
  })

  it('shows in the digest what changes its findings', () => {
    const digest = (detector: ReturnType<typeof custom>) => piiRedactor({ detectors: [detector] }).configDigest
    const first = digest(custom({ name: 'A', pattern: /x{3}/ }))
    expect(digest(custom({ name: 'A', pattern: /x{3}/g }))).toBe(first)
    const others = [
      custom({ name: 'A', pattern: /x{4}/ }),
      custom({ name: 'A', pattern: /x{3}/i }),
      custom({ name: 'A', pattern: /x{3}/, score: 0.7 }),
      custom({ name: 'A', pattern: /x{3}/, context: ['word'] }),
      custom({ name: 'A', pattern: /x{3}/, validate: () => true, version: '1' }),
      custom({ name: 'A', pattern: /x{3}/, validate: () => true, version: '2' }),
      custom({ name: 'A', find: () => [], version: '1' }),
      custom({ name: 'A', find: () => [], version: '2' }),
    ].map(digest)
    expect(new Set([first, ...others]).size).toBe(others.length + 1)
  })
})

describe('custom by a function', () => {
  it('reports what the function yields', () => {
    const detector = custom({
      name: 'SHOUT',
      version: '1',
      *find(text) {
        const start = text.indexOf('HEY')
        if (start >= 0) yield { start, end: start + 3 }
        if (start >= 0) yield { start: 0, end: 1, score: 0.2 }
      },
    })
    expect(reportsOf(detector, 'x HEY')).toMatchObject([
      { start: 0, score: 0.2 },
      { start: 2, end: 5, score: 0.85, type: 'SHOUT' },
    ])
    const redacted = piiRedactor({ detectors: [detector] }).redact('x HEY', { path: 'input', kind: 'text' })
    expect(redacted.text).toBe('x [SHOUT]')
  })

  it.each([
    { start: -1, end: 2 },
    { start: 0, end: 99 },
    { start: 2, end: 2 },
    { start: 0.5, end: 2 },
    { start: 0, end: 2, score: 2 },
    { start: 0, end: 2, score: Number.NaN },
    null,
  ])('refuses the text for %j', (finding) => {
    const detector = custom({ name: 'A', version: '1', find: () => [finding as never] })
    expect(() => spansOf(detector, 'text')).toThrow(code('PII_DETECTOR_FAILED'))
  })

  it('refuses the text where it throws, or gives nothing to iterate', () => {
    const throwing = () => {
      throw new Error('no')
    }
    expect(() => spansOf(custom({ name: 'A', version: '1', find: throwing }), 'text')).toThrow(
      code('PII_DETECTOR_FAILED'),
    )
    expect(() => spansOf(custom({ name: 'A', version: '1', find: (() => 5) as never }), 'text')).toThrow(
      code('PII_DETECTOR_FAILED'),
    )
  })

  it('wants a version', () => {
    expect(() => custom({ name: 'A', find: () => [] } as never)).toThrow(TypeError)
    expect(() => custom({ name: 'A', find: () => [], version: '' })).toThrow(TypeError)
    expect(() => custom({ name: 'A', find: () => [], pattern: /x/, version: '1' } as never)).toThrow(TypeError)
  })
})
