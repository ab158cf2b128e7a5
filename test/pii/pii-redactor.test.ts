import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import type { Detector } from '../../src/pii/detector.js'
import { type PiiOptions, piiRedactor } from '../../src/pii/pii-redactor.js'

const secret = Uint8Array.from({ length: 32 }, (_, index) => index)

const finder = (name: string, type: string, word: string, more: Partial<Detector> = {}): Detector => ({
  name,
  version: '1',
  types: [type],
  find({ text }, report) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
      report(at, at + word.length, type, 0.9, 'a word')
  },
  ...more,
})
const one = finder('one', 'ONE', 'uno')
const two = finder('two', 'TWO', 'uno due')
const three = finder('three', 'THREE', 'e tre')
const digest = (options: PiiOptions) => piiRedactor(options).configDigest
const asText = { path: 'input', kind: 'text' } as const

describe('the digest of the configuration', () => {
  const base: PiiOptions = {
    detectors: [one, two],
    modes: { ONE: 'mask', TWO: 'hash' },
    secret: { id: 'k1', secret },
    paths: { '$.a': 'drop', '$.b': 'keep' },
  }

  test('is the same whatever the order of the configuration, and in a new process', () => {
    const reordered: PiiOptions = {
      paths: { "$['b']": 'keep', '$.a': 'drop' },
      modes: { TWO: 'hash', ONE: 'mask' },
      detectors: [two, one],
      secret: { secret, id: 'k1' },
    }
    expect(digest(base)).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(digest(reordered)).toBe(digest(base))
    expect(digest({ detectors: [two, one, three] })).toBe(digest({ detectors: [three, one, two] }))
  })

  test('changes with all that changes what comes out', () => {
    const changed: PiiOptions[] = [
      { ...base, detectors: [one, two, three] },
      { ...base, detectors: [one, { ...two, version: '2' }] },
      { ...base, detectors: [one, { ...two, config: { regions: ['DE'] } }] },
      { ...base, modes: { ONE: 'hash', TWO: 'mask' } },
      { ...base, modes: { ONE: 'mask', TWO: 'hash', '*': 'mask' } },
      { ...base, secret: { id: 'k2', secret } },
      { ...base, secret: secret.slice() },
      { ...base, secret: new Uint8Array(32) },
      { ...base, paths: { '$.a': 'keep', '$.b': 'drop' } },
      { ...base, paths: { '$.a': 'drop' } },
      { ...base, threshold: 0.6 },
      { ...base, modes: { ONE: 'token', TWO: 'hash' } },
      { ...base, modes: { ONE: 'token', TWO: 'hash' }, tokens: 'tenant' },
    ]
    const digests = [base, ...changed].map(digest)
    expect(new Set(digests).size).toBe(digests.length)
  })

  test('names a secret by its id only', () => {
    const other = secret.slice().reverse()
    expect(digest({ ...base, secret: { id: 'k1', secret: other } })).toBe(digest(base))
  })
})

describe('any order of detectors', () => {
  test('gives the same text, the longest finding standing', () => {
    const text = 'x uno due tre, uno, e tre'
    const orders = [
      [one, two, three],
      [three, two, one],
      [two, one, three],
    ]
    for (const detectors of orders)
      expect(piiRedactor({ detectors }).redact(text, asText)).toEqual({
        text: 'x [TWO] tre, [ONE], [THREE]',
        counts: { ONE: 1, TWO: 1, THREE: 1 },
      })
  })
})

describe('analyse', () => {
  test('says what, where, how sure and why, and takes the value no further', () => {
    expect(piiRedactor({ detectors: [one], modes: { '*': 'token' } }).analyse('😀 uno')).toEqual([
      { type: 'ONE', start: 3, end: 6, score: 0.9, detector: 'one', reason: 'a word' },
    ])
  })

  test('covers what redact replaces', () => {
    const redactor = piiRedactor({ detectors: [one, two, three] })
    const words = fc.array(fc.constantFrom('uno', 'due', 'tre', 'e', ' ', '😀', ', '), { maxLength: 12 })
    fc.assert(
      fc.property(words, (parts) => {
        const text = parts.join('')
        const spans = redactor.analyse(text)
        let rebuilt = ''
        let from = 0
        for (const { start, end, type } of spans) {
          expect(start).toBeGreaterThanOrEqual(from)
          rebuilt += `${text.slice(from, start)}[${type}]`
          from = end
        }
        const redacted = redactor.redact(text, asText)
        expect(rebuilt + text.slice(from)).toBe(redacted.text)
        expect(redactor.analyse(redacted.text)).toEqual([])
      }),
    )
  })
})

describe('the kind of a text', () => {
  const hinted: Detector = {
    ...one,
    name: 'hinted',
    find: ({ text, hint }, report) => {
      if (hint !== '') report(0, text.length, 'ONE', 1, 'hinted')
    },
  }
  test('identifiers are looked at without the name of their member, texts with it', () => {
    const redactor = piiRedactor({ detectors: [hinted] })
    const at = (kind: 'text' | 'identifier', path: string) => redactor.redact('abc', { path, kind }).text
    expect([at('text', 'details.passport'), at('identifier', 'sources[0].id')]).toEqual(['[ONE]', 'abc'])
  })

  test('in identifiers only what is surer than a form alone counts', () => {
    const unsure = (score: number): Detector => ({
      ...one,
      find: ({ text }, report) => report(0, text.length, 'ONE', score, 'x'),
    })
    const at = (score: number, kind: 'text' | 'identifier') =>
      piiRedactor({ detectors: [unsure(score)], threshold: 0.4 }).redact('abc', { path: 'sessionId', kind }).text
    expect([at(0.45, 'text'), at(0.59, 'identifier'), at(0.6, 'identifier')]).toEqual(['[ONE]', 'abc', '[ONE]'])
  })

  test('a UUID in an identifier is nobody’s number, what stands beside it may be', () => {
    const redactor = piiRedactor({ detectors: [finder('digits', 'ONE', '375004808')] })
    const uuid = 'e489e528-6509-45f5-847d-3750048084d7'
    const at = (text: string) => redactor.redact(text, { path: 'sessionId', kind: 'identifier' }).counts ?? {}
    expect([at(uuid), at(`s:${uuid.toUpperCase()}`), at(`${uuid}/${uuid}`)]).toEqual([{}, {}, {}])
    expect([at(`375004808:${uuid}`), at(`${uuid}0`)]).toEqual([{ ONE: 1 }, { ONE: 1 }])
  })

  test('what passed once passes again, however many ids and names there were', () => {
    const redactor = piiRedactor({ detectors: [one] })
    const look = () =>
      Array.from({ length: 5_000 }, (_, index) => {
        const id = index % 1_000 === 7 ? `uno-${index}` : `id-${index}`
        const { counts = {} } = redactor.redact(id, { path: 'sessionId', kind: 'identifier' })
        return (counts.ONE ?? 0) + (redactor.redactValue({ [id]: 1 }).counts?.ONE ?? 0)
      }).reduce((sum, count) => sum + count, 0)
    expect([look(), look(), look()]).toEqual([10, 10, 10])
  })

  test('ids that machines make are only seen by detectors that say so', () => {
    const redactor = piiRedactor({ detectors: [one, finder('m', 'MACHINE', 'due', { machine: true })] })
    expect(redactor.redact('uno due', { path: 'traceId', kind: 'machine' })).toEqual({
      text: 'uno [MACHINE]',
      counts: { MACHINE: 1 },
    })
  })
})

describe('it fails closed', () => {
  test('a detector that throws refuses the text, and nothing of the text is in the error', () => {
    const broken = finder('broken', 'ONE', '', {
      find({ text }) {
        JSON.parse(text)
      },
    })
    const redactor = piiRedactor({ detectors: [broken] })
    const attempts = [
      () => redactor.redact('somebody private', asText),
      () => redactor.redactValue({ a: 'somebody private' }),
      () => redactor.analyse('somebody private'),
    ]
    for (const attempt of attempts) {
      let caught: unknown
      try {
        attempt()
      } catch (error) {
        caught = error
      }
      expect(QuittanceError.is(caught, 'PII_DETECTOR_FAILED')).toBe(true)
      const { message, cause, details, stack } = caught as QuittanceError
      expect({ cause, details }).toEqual({ cause: undefined, details: { reason: 'SyntaxError' } })
      expect(`${message}${stack}`).not.toMatch(/somebody/)
    }
  })

  test('a text that takes too long is refused', () => {
    const slow = finder('slow', 'ONE', '', {
      find(haystack) {
        for (;;) haystack.step()
      },
    })
    expect(() => piiRedactor({ detectors: [slow], budgetMs: 5 }).redact('x', asText)).toThrowError(
      expect.objectContaining({ code: 'PII_BUDGET' }) as Error,
    )
  })

  test('so is a value of many texts that takes too long as a whole', () => {
    const wait = finder('wait', 'ONE', '', {
      find() {
        const end = performance.now() + 2
        while (performance.now() < end);
      },
    })
    const redactor = piiRedactor({ detectors: [wait], budgetMs: 20 })
    expect(() => redactor.redactValue(Array.from({ length: 1_000 }, () => 'x'))).toThrowError(
      expect.objectContaining({ code: 'PII_BUDGET' }) as Error,
    )
  })
})

describe('options that are refused', () => {
  test.each([
    ['a name that is none', { mode: {} }],
    ['a type that is none', { detectors: ['MAIL'] }],
    ['a type that is a name of every object', { detectors: ['constructor'] }],
    ['detectors that are no list', { detectors: 'EMAIL' }],
    ['a detector without find', { detectors: [{ name: 'x', version: '1', types: ['X'] }] }],
    ['two detectors of one name', { detectors: [one, one] }],
    ['a type twice', { detectors: ['EMAIL', 'EMAIL'] }],
    ['a type that no placeholder can hold', { detectors: [{ ...one, types: ['one'] }] }],
    ['a type that is taken', { detectors: [{ ...one, types: ['FIELD'] }] }],
    ['a mode for nothing', { modes: { MAIL: 'mask' } }],
    ['a mode that is none', { modes: { EMAIL: 'drop' } }],
    ['modes that are none', { modes: 'mask' }],
    ['a threshold beyond 1', { threshold: 1.5 }],
    ['a threshold that is none', { threshold: Number.NaN }],
    ['no budget', { budgetMs: 0 }],
    ['a budget that is none', { budgetMs: Number.NaN }],
    ['counts that are no yes or no', { countsInReceipt: 1 }],
    ['tokens of nobody', { tokens: 'process' }],
    ['no tokens', { maxTokens: 0 }],
  ])('%s', (_, options) => {
    expect(() => piiRedactor(options as never)).toThrow(
      /^(?:options|detectors|modes|threshold|budgetMs|countsInReceipt|tokens|maxTokens)/,
    )
  })

  test('a mode for a type that the package knows is taken even where no detector looks for it', () => {
    expect(() => piiRedactor({ detectors: ['EMAIL'], modes: { VAT: 'mask' } })).not.toThrow()
  })
})
