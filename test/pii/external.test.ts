/** Detectors that work elsewhere: what they see, what becomes of what they find, and every way in which they fail. */
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { localKey } from '../../src/keys/local.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { type ExternalDetector, type ExternalFinding, withExternalDetectors } from '../../src/pii/external.js'
import { piiRedactor } from '../../src/pii/pii-redactor.js'
import { presidioDetector } from '../../src/pii/presidio.js'
import type { RedactionContext, Redactor } from '../../src/pii/redactor.js'
import { memoryStore } from '../../src/store/memory.js'
import { externalDetectorConformance } from '../../src/testing/detector-conformance.js'
import { type PresidioDouble, startPresidio } from '../doubles/presidio.js'

const input: RedactionContext = { path: 'input', kind: 'text' }

/** Replaces one word. */
const first: Redactor = {
  name: 'first',
  version: '1',
  configDigest: `sha256:${'0'.repeat(64)}`,
  countsInReceipt: true,
  redact: (text) => {
    const replaced = text.replaceAll('ada@example.com', '[EMAIL]')
    return { text: replaced, counts: replaced === text ? {} : { EMAIL: 1 } }
  },
}

const detector = (detect: (text: string) => unknown, more: Partial<ExternalDetector> = {}): ExternalDetector => ({
  name: 'fixed',
  version: '1',
  detect: async (text) => detect(text) as readonly ExternalFinding[],
  ...more,
})

const person = (start: number, end: number, score = 0.9) => ({ type: 'PERSON', start, end, score })

const codeOf = async (promise: Promise<unknown>) => {
  try {
    await promise
  } catch (error) {
    return QuittanceError.is(error) ? { code: error.code, ...error.details } : error
  }
  return 'resolved'
}

describe('with external detectors', () => {
  it('they see what the redactor left, and what they find is replaced and counted', async () => {
    const seen: string[] = []
    const redactor = withExternalDetectors(first, {
      detectors: [
        detector((text) => {
          seen.push(text)
          return [person(text.indexOf('Ada'), text.indexOf('Ada') + 3)]
        }),
      ],
    })
    expect(await redactor.redact('Ada writes from ada@example.com', input)).toEqual({
      text: '[PERSON] writes from [EMAIL]',
      counts: { EMAIL: 1, PERSON: 1 },
    })
    expect(seen).toEqual(['Ada writes from [EMAIL]'])
  })

  it('a finding across a placeholder leaves the placeholder, one inside it counts for nothing', async () => {
    const redactor = withExternalDetectors(first, {
      detectors: [detector((text) => [person(0, text.length), person(5, 7, 0.6)])],
    })
    expect(await redactor.redact('Ada ada@example.com Lee', input)).toEqual({
      text: '[PERSON][EMAIL][PERSON]',
      counts: { EMAIL: 1, PERSON: 2 },
    })
    expect((await redactor.redact('ada@example.com', input)).text).toBe('[EMAIL]')
  })

  it('a number in brackets is no placeholder, whatever stands before it', async () => {
    const redactor = withExternalDetectors(first, {
      detectors: [detector((text) => [{ type: 'CARD', start: 0, end: text.length, score: 1 }])],
    })
    for (const text of ['[A4111111111111111]', '[EMAIL:hmac:4111111111111111]'])
      expect((await redactor.redact(text, input)).text).toBe('[CARD]')
    for (const text of ['[EMAIL]', '[EMAIL_12]', '[EMAIL:hmac:kdnbpcajfmgeohil]'])
      expect((await redactor.redact(text, input)).text).toBe(text)
  })

  it('overlaps of several are settled by length, the threshold decides before', async () => {
    const two = [
      detector(() => [person(0, 3)], { name: 'short' }),
      detector(() => [{ type: 'COMPANY', start: 0, end: 8, score: 0.55 }, person(0, 10, 0.49)], { name: 'long' }),
    ]
    const redactors = [two, two.toReversed()].map((detectors) => withExternalDetectors(first, { detectors }))
    for (const redactor of redactors)
      expect((await redactor.redact('Ada & Sons Ltd', input)).text).toBe('[COMPANY]ns Ltd')
    expect(redactors[0]?.configDigest).toBe(redactors[1]?.configDigest)
  })

  it('ids are not shown to them', async () => {
    const asked: string[] = []
    const redactor = withExternalDetectors(first, { detectors: [detector((text) => asked.push(text) && [])] })
    for (const kind of ['identifier', 'machine'] as const) await redactor.redact('Ada', { path: 'tenantId', kind })
    expect(asked).toEqual([])
  })

  it('the digest tells detectors, versions, configuration and threshold apart', () => {
    const digest = (more: Partial<ExternalDetector>, threshold?: number) =>
      withExternalDetectors(first, { detectors: [detector(() => [], more)], threshold }).configDigest
    const digests = [
      digest({}),
      digest({ version: '2' }),
      digest({ name: 'x' }),
      digest({ config: 1 }),
      digest({}, 0.6),
    ]
    expect(new Set(digests).size).toBe(5)
    expect(digest({})).toBe(digests[0])
  })

  it('whole values keep their rules by path, and texts and names in them are asked about once each', async () => {
    const asked: string[] = []
    const redactor = withExternalDetectors(piiRedactor({ detectors: ['EMAIL'], paths: { '$.secret': 'drop' } }), {
      detectors: [
        detector((text) => {
          asked.push(text)
          return text.includes('Ada') ? [person(text.indexOf('Ada'), text.indexOf('Ada') + 3)] : []
        }),
      ],
    })
    const value = { secret: 'Ada', note: 'Ada: ada@example.com', Ada: [1, null, 'note', 'Ada'], note2: 'Ada' }
    expect(await redactor.redactValue?.(value, input)).toEqual({
      value: { note: '[PERSON]: [EMAIL]', '[PERSON]': [1, null, 'note', '[PERSON]'], note2: '[PERSON]' },
      counts: { EMAIL: 1, FIELD: 1, PERSON: 4 },
    })
    expect(asked.toSorted()).toEqual(['Ada', 'Ada: [EMAIL]', 'note', 'note2'])
    const alike = { Ada: 1, '[PERSON]': 2 }
    expect(await codeOf(Promise.resolve(redactor.redactValue?.(alike, input)))).toMatchObject({
      code: 'PII_VALUE_REFUSED',
      reason: 'same-name',
    })
  })

  test.each([
    ['throws', () => Promise.reject(new Error('down')), 'failed'],
    ['answers with nothing', () => undefined, 'malformed'],
    ['answers with something else', () => ({ found: [] }), 'malformed'],
    ['has offsets beyond the text', () => [person(0, 99)], 'malformed'],
    ['has negative offsets', () => [person(-1, 2)], 'malformed'],
    ['has offsets the wrong way round', () => [person(3, 3)], 'malformed'],
    ['has a fraction for an offset', () => [person(0.5, 3)], 'malformed'],
    ['splits a character', () => [person(0, 5)], 'malformed'],
    ['has a score beyond 1', () => [person(0, 3, 2)], 'malformed'],
    ['has a score that is no number', () => [person(0, 3, Number.NaN)], 'malformed'],
    ['has a type that could forge a placeholder', () => [{ ...person(0, 3), type: 'A] B [C' }], 'malformed'],
  ])('one that %s refuses the text', async (_, detect, reason) => {
    const redactor = withExternalDetectors(first, { detectors: [detector(detect)] })
    const outcome = await codeOf(Promise.resolve(redactor.redact('Ada 👋 there', input)))
    expect(outcome).toMatchObject({ code: 'PII_DETECTOR_FAILED', reason })
  })

  it('one that is late refuses the text and is told to stop', async () => {
    let aborted = false
    const slow = detector(() => [], {
      detect: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true
            reject(new Error('aborted'))
          })
        }),
    })
    const redactor = withExternalDetectors(first, { detectors: [slow], timeoutMs: 20 })
    expect(await codeOf(Promise.resolve(redactor.redact('Ada', input)))).toMatchObject({
      code: 'PII_DETECTOR_FAILED',
      reason: 'timeout',
      retryable: true,
    })
    expect(aborted).toBe(true)
  })

  test.each([
    ['no detectors', { detectors: [] }],
    ['two of one name', { detectors: [detector(() => []), detector(() => [])] }],
    ['a threshold of 2', { detectors: [detector(() => [])], threshold: 2 }],
    ['no time', { detectors: [detector(() => [])], timeoutMs: 0 }],
  ])('%s are a mistake', (_, options) => {
    expect(() => withExternalDetectors(first, options)).toThrow(/detectors|threshold|timeoutMs/)
  })

  it('a ledger seals nothing while one is away', async () => {
    let away = true
    const redactor = withExternalDetectors(first, {
      detectors: [detector((text) => (away ? Promise.reject(new Error('away')) : [person(0, text.length)]))],
    })
    const store = memoryStore()
    await using ledger = createLedger({ store, keys: localKey({ ephemeral: true }), redactor })
    const draft = (receiptId: string) => ({
      receiptId,
      chainId: 'acme',
      tenantId: 'acme',
      eventType: 'decision' as const,
      checks: [],
      action: 'allow' as const,
      input: { kind: 'text' as const, content: 'Ada' },
    })
    const ids = ['01985d4e-7c00-7000-8000-000000000001', '01985d4e-7c00-7000-8000-000000000002'] as const
    expect(await codeOf(ledger.append(draft(ids[0])))).toMatchObject({
      code: 'LEDGER_REDACTION_FAILED',
      outcome: 'absent',
    })
    away = false
    const receipt = await ledger.append(draft(ids[1]))
    expect(receipt.input).toMatchObject({ redactions: { PERSON: 1 } })
    expect(await store.get('acme', ids[0])).toBeUndefined()
  })
})

describe('the Presidio analyzer, as a double of its published API', () => {
  let presidio: PresidioDouble
  beforeAll(async () => {
    presidio = await startPresidio()
  })
  afterEach(() => {
    presidio.instead = undefined
  })
  afterAll(() => presidio.stop())

  const make = async () => presidioDetector({ url: presidio.url })
  const examples = {
    finds: [{ text: 'Ask Jürgen Beispiel or Ada Lovelace.', values: ['Jürgen Beispiel', 'Ada Lovelace'] }],
  }
  for (const { name, run } of externalDetectorConformance(make, examples)) it(name, run)

  it('is asked as the API describes', async () => {
    const asked = presidioDetector({
      url: `${presidio.url}/`,
      language: 'de',
      entities: ['PERSON', 'LOCATION'],
      scoreThreshold: 0.4,
      headers: { authorization: 'Bearer of-the-proxy' },
    })
    await asked.detect('John Smith', { signal: new AbortController().signal })
    const call = presidio.calls.at(-1)
    expect(call?.path).toBe('/analyze')
    expect(call?.body).toEqual({
      text: 'John Smith',
      language: 'de',
      entities: ['PERSON', 'LOCATION'],
      score_threshold: 0.4,
    })
    expect(call?.headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer of-the-proxy' })
  })

  test.each([
    ['EMAIL_ADDRESS', 'EMAIL'],
    ['PHONE_NUMBER', 'PHONE'],
    ['IBAN_CODE', 'IBAN'],
    ['IP_ADDRESS', 'IP'],
    ['CRYPTO', 'CRYPTO_WALLET'],
    ['CREDIT_CARD', 'CREDIT_CARD'],
    ['US_SSN', 'NATIONAL_ID'],
    ['US_PASSPORT', 'PASSPORT'],
    ['LOCATION', 'LOCATION'],
  ])('its %s is %s', async (entity, type) => {
    presidio.instead = {
      status: 200,
      body: JSON.stringify([{ entity_type: entity, start: 0, end: 4, score: 1, analysis_explanation: null }]),
    }
    const found = await (await make()).detect('text', { signal: new AbortController().signal })
    expect(found).toEqual([{ type, start: 0, end: 4, score: 1 }])
  })

  test.each([
    ['a fault of the server', { status: 500, body: '{"error":"John Smith"}' }, 'status-500'],
    ['a redirect', { status: 302, body: '' }, undefined],
    ['a page', { status: 200, body: '<html>John Smith' }, 'malformed'],
    ['an object', { status: 200, body: '{"error":"x"}' }, 'malformed'],
    ['null in the list', { status: 200, body: '[null]' }, 'malformed'],
    [
      'offsets beyond the text',
      { status: 200, body: '[{"entity_type":"PERSON","start":0,"end":900,"score":1}]' },
      'malformed',
    ],
    ['a cut connection', 'cut', undefined],
    ['silence', 'hang', 'timeout'],
  ] as const)('%s refuses the text, and no error repeats it', async (_, instead, reason) => {
    presidio.instead = instead
    const redactor = withExternalDetectors(first, { detectors: [await make()], timeoutMs: 300 })
    let error: unknown
    try {
      await redactor.redact('I am John Smith', input)
    } catch (caught) {
      error = caught
    }
    expect(QuittanceError.is(error, 'PII_DETECTOR_FAILED')).toBe(true)
    if (reason) expect((error as QuittanceError).details.reason).toBe(reason)
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
      expect(`${cause.message} ${cause.stack} ${JSON.stringify(cause)}`).not.toContain('Smith')
  })

  it('takes http and https only', () => {
    for (const url of ['', 'presidio', 'file:///etc/passwd', 'redis://127.0.0.1'])
      expect(() => presidioDetector({ url })).toThrow(TypeError)
  })
})
