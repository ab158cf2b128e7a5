/** What the redactor's options mean, and that a mistake in them is told at once. */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Detector, Report } from '../../src/pii/detector.js'
import { withExternalDetectors } from '../../src/pii/external.js'
import { custom, defaultTypes, email, phone, piiRedactor, presidioDetector } from '../../src/pii/index.js'

describe('detectors', () => {
  it('one with options of its own stands for its type with the defaults', () => {
    const polish = 'Zadzwoń: tel. 22 123 45 67'
    for (const detectors of [
      [...defaultTypes, phone({ regions: ['PL'] })],
      [phone({ regions: ['PL'] }), ...defaultTypes],
    ]) {
      expect(piiRedactor({ detectors }).redact(polish).counts).toEqual({ PHONE: 1 })
    }
    expect(piiRedactor({ detectors: ['EMAIL', phone({ regions: ['PL'] })] }).configDigest).not.toBe(
      piiRedactor({ detectors: ['EMAIL', 'PHONE'] }).configDigest,
    )
    expect(() => piiRedactor({ detectors: [phone(), phone({ regions: ['PL'] })] })).toThrow(/two have the name "phone"/)
    expect(() => piiRedactor({ detectors: [email(), email()] })).toThrow(/two have the name "email"/)
  })

  it('an empty list is refused: redaction is never silently off', () => {
    expect(() => piiRedactor({ detectors: [] })).toThrow(/detectors is empty/)
  })
})

describe('a misspelt option', () => {
  it.each([
    ['phone', () => phone({ region: ['PL'] } as never)],
    ['a pattern', () => custom({ name: 'A', pattern: /a\d{3}/, contxt: ['b'] } as never)],
    ['a function', () => custom({ name: 'A', version: '1', find: () => [], contxt: ['b'] } as never)],
    ['presidioDetector', () => presidioDetector({ url: 'http://127.0.0.1', entites: ['PERSON'] } as never)],
    ['withExternalDetectors', () => withExternalDetectors(piiRedactor(), { detectors: [], timeout: 5 } as never)],
    ['piiRedactor', () => piiRedactor({ detector: ['EMAIL'] } as never)],
    ['no object', () => piiRedactor(null as never)],
  ])('of %s is a TypeError that names it', (_, make) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(/has no member|must be an object/)
  })

  it('a detector that looks at once is none that works elsewhere', () => {
    expect(() => withExternalDetectors(piiRedactor(), { detectors: [email() as never] })).toThrow(
      /belong to piiRedactor/,
    )
  })
})

describe('redact', () => {
  it('takes a text alone', () => {
    expect(piiRedactor().redact('to bob@example.com').text).toBe('to [EMAIL]')
  })

  it('refuses what is no text, and an unknown kind', () => {
    const redactor = piiRedactor()
    expect(() => redactor.redact(5 as never)).toThrow(/text must be a string/)
    expect(() => redactor.redact('a', { path: 'input', kind: 'txt' as never })).toThrow(/context.kind/)
  })

  it('four numbers in a member called version are a version, elsewhere in an identifier an address', () => {
    const redactor = piiRedactor()
    const counts = (path: string) => redactor.redact('2.14.0.1', { path, kind: 'identifier' }).counts ?? {}
    for (let round = 0; round < 2; round += 1) {
      expect(counts('systemVersion')).toEqual({})
      expect(counts('agentId')).toEqual({ IP: 1 })
      expect(counts('checks[0].version')).toEqual({})
    }
  })
})

describe('a detector of one’s own is held to the contract', () => {
  const redactorWith = (find: Detector['find']) =>
    piiRedactor({ detectors: [{ name: 'own', version: '1', types: ['OWN'], find }] })

  it.each([
    ['answers later', (async () => {}) as unknown as Detector['find']],
    ['answers later with a failure', (async () => Promise.reject(new Error('alice'))) as unknown as Detector['find']],
    ['has no score', (_: unknown, report: Report) => report(0, 1, 'OWN', undefined as never, 'x')],
    ['has a score that is no number', (_: unknown, report: Report) => report(0, 1, 'OWN', Number.NaN, 'x')],
    ['reports a type that it does not declare', (_: unknown, report: Report) => report(0, 1, 'x] alice', 1, 'x')],
    ['reports offsets outside', (_: unknown, report: Report) => report(0, 99, 'OWN', 1, 'x')],
    [
      'throws',
      () => {
        throw new Error('alice')
      },
    ],
  ])('one that %s refuses the text', (_, find) => {
    let error: unknown
    try {
      redactorWith(find).redact('alice')
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({ code: 'PII_DETECTOR_FAILED' })
    expect(inspect(error)).not.toContain('alice')
  })

  it('takes no longer than the budget says, also where it is the last', () => {
    const slow: Detector = {
      name: 'slow',
      version: '1',
      types: ['SLOW'],
      find() {
        for (const end = performance.now() + 60; performance.now() < end; );
      },
    }
    for (const detectors of [['EMAIL', slow] as const, [slow, 'EMAIL'] as const])
      expect(() => piiRedactor({ budgetMs: 20, detectors }).redact('x')).toThrow(
        expect.objectContaining({ code: 'PII_BUDGET' }),
      )
  })

  it('cannot be swapped afterwards', () => {
    const own: { -readonly [name in keyof Detector]: Detector[name] } = {
      name: 'own',
      version: '1',
      types: ['OWN'],
      find: (_, report) => report(0, 1, 'OWN', 1, 'x'),
    }
    const redactor = piiRedactor({ detectors: [own] })
    own.find = () => {}
    expect(redactor.redact('alice').text).toBe('[OWN]lice')
  })
})

describe('an identifier', () => {
  it('with an address around a UUID is looked at whole', () => {
    const id = 'alice-b3f1c2d4-0000-4000-8000-000000000000@example.com'
    expect(piiRedactor().redact(id, { path: 'tenantId', kind: 'identifier' }).counts).toEqual({ EMAIL: 1 })
    const bare = 'order-b3f1c2d4-0000-4000-8000-000000000000'
    expect(piiRedactor().redact(bare, { path: 'tenantId', kind: 'identifier' }).counts ?? {}).toEqual({})
  })
})
