/** The suite for detectors: the package's own pass it, and one that breaks a promise fails. */
import { describe, expect, it } from 'vitest'
import type { Detector, Report } from '../../src/pii/detector.js'
import { creditCard } from '../../src/pii/detectors/credit-card.js'
import { email } from '../../src/pii/detectors/email.js'
import { iban } from '../../src/pii/detectors/iban.js'
import { ip } from '../../src/pii/detectors/ip.js'
import { nationalId } from '../../src/pii/detectors/national-id.js'
import { phone } from '../../src/pii/detectors/phone.js'
import { secret } from '../../src/pii/detectors/secret.js'
import { type DetectorExamples, detectorConformance } from '../../src/testing/detector-conformance.js'

const own: readonly (readonly [() => Detector, DetectorExamples])[] = [
  [email, { finds: [{ text: 'to a.b@example.com.', type: 'EMAIL', values: ['a.b@example.com'] }], leaves: ['a at b'] }],
  [ip, { finds: [{ text: 'from 192.0.2.1:80', type: 'IP', values: ['192.0.2.1'] }], leaves: ['at 12:30:45'] }],
  [
    iban,
    {
      finds: [{ text: 'DE89 3704 0044 0532 0130 00 or', type: 'IBAN', values: ['DE89 3704 0044 0532 0130 00'] }],
      leaves: ['DE88 3704 0044 0532 0130 00'],
    },
  ],
  [
    creditCard,
    {
      finds: [{ text: 'card 4111-1111-1111-1111', type: 'CREDIT_CARD', values: ['4111-1111-1111-1111'] }],
      leaves: ['card 4111-1111-1111-1112'],
    },
  ],
  [
    phone,
    {
      finds: [{ text: 'call +49 30 901820 now', type: 'PHONE', values: ['+49 30 901820'] }],
      leaves: ['ISBN 978-3-16-148410-0'],
    },
  ],
  [nationalId, { finds: [{ text: 'DNI 12345678Z', type: 'NATIONAL_ID', values: ['12345678Z'] }], leaves: ['DNI: no'] }],
  [
    secret,
    {
      finds: [{ text: 'password: Xk3!vv9Qp', type: 'SECRET', values: ['Xk3!vv9Qp'] }],
      leaves: ['password: reset it'],
    },
  ],
]

for (const [make, examples] of own) {
  describe(`the detector ${make().name}`, () => {
    for (const { name, run } of detectorConformance(make, examples)) it(name, run)
  })
}

/** Finds the word `badge` and what stands behind it. */
const badge: Detector = {
  name: 'badge',
  version: '1',
  types: ['BADGE'],
  find({ text }, report) {
    for (const match of text.matchAll(/badge ([A-Z]\d{4})(?![\dA-Z])/g))
      report(match.index + 6, match.index + match[0].length, 'BADGE', 0.9, 'behind its word')
  },
}
const examples: DetectorExamples = {
  finds: [{ text: 'your badge A1234.', type: 'BADGE', values: ['A1234'] }],
  leaves: ['A1234 by itself'],
}

const changed = (change: (report: Report, text: string) => Report): Detector => ({
  ...badge,
  find: (haystack, report) => badge.find(haystack, change(report, haystack.text)),
})

let calls = 0
const broken: readonly (readonly [string, Detector])[] = [
  ['a name with a blank', { ...badge, name: 'my badge' }],
  ['no version', { ...badge, version: '' }],
  ['a type in lower case', { ...badge, types: ['badge'] }],
  ['a type that it does not declare', { ...badge, types: ['OTHER'] }],
  ['no findings', { ...badge, find() {} }],
  [
    'too long a span',
    changed(
      (report) =>
        (start, ...rest) =>
          report(start - 1, ...rest),
    ),
  ],
  [
    'a finding in what it should leave',
    { ...badge, find: ({ text }, report) => text.length > 3 && report(0, 2, 'BADGE', 1, 'any') },
  ],
  ['a score above 1', changed((report) => (start, end, type, _, reason) => report(start, end, type, 2, reason))],
  ['offsets outside', { ...badge, find: (_, report) => report(0, 99_999_999, 'BADGE', 0.1, 'any') }],
  [
    'a reason with the value in it',
    changed(
      (report, text) => (start, end, type, score) => report(start, end, type, score, `is ${text.slice(start, end)}`),
    ),
  ],
  [
    'a state',
    {
      ...badge,
      find(haystack, report) {
        calls += 1
        badge.find(haystack, (start, end, type, _, reason) => report(start, end, type, calls % 2 ? 0.9 : 0.8, reason))
      },
    },
  ],
]

describe('the suite', () => {
  it('is passed by a detector that keeps the contract', async () => {
    for (const { run } of detectorConformance(() => badge, examples)) await run()
  })

  it.each(broken)('fails one with %s', async (_, detector) => {
    const failed: string[] = []
    for (const { name, run } of detectorConformance(() => detector, examples))
      await run().catch(() => failed.push(name))
    expect(failed.length).toBeGreaterThan(0)
  })

  it('asks for examples', () => {
    expect(() => detectorConformance(() => badge, undefined as never)).toThrow(/examples must be/)
    expect(() => detectorConformance(undefined as never, examples)).toThrow(/make must be/)
  })
})
