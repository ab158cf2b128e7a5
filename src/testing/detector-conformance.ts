import assert from 'node:assert/strict'
import type { Detector } from '../pii/detector.js'
import type { ExternalDetector, ExternalFinding } from '../pii/external.js'
import type { Span } from '../pii/resolve.js'
import type { ConformanceCase } from './store/harness.js'

/** What a detector should find and what it should leave, in the words of those who wrote it. */
export interface DetectorExamples {
  /** Each text with the values in it, as they stand there, and their type. */
  readonly finds: readonly { readonly text: string; readonly type: string; readonly values: readonly string[] }[]
  /** Texts in which it should find nothing. */
  readonly leaves: readonly string[]
}

interface Raw {
  readonly start: number
  readonly end: number
  readonly type: string
  readonly score: number
  readonly reason: string
}

const BUDGET_MS = 60_000
const THRESHOLD = 0.5

/** What the suite asks of an engine; loaded when a case runs, so that this module reaches no optional package. */
interface Engine {
  /** What the detector itself says of a text, in offsets of the folded text. */
  reported(detector: Detector, text: string): { readonly seen: string; readonly findings: Raw[] }
  /** What an engine makes of it, in offsets of the text. */
  found(detector: Detector, text: string): readonly Span[]
  /** The text with what was found replaced. */
  redacted(detector: Detector, text: string): string
}

async function loadEngine(): Promise<Engine> {
  const [{ createFinder }, { fold }, { createBudget, scan }] = await Promise.all([
    import('../pii/find.js'),
    import('../pii/fold.js'),
    import('../pii/haystack.js'),
  ])
  const found = (detector: Detector, text: string): readonly Span[] =>
    createFinder({
      detectors: [detector],
      threshold: THRESHOLD,
      budgetMs: BUDGET_MS,
      preview: ({ type }) => `[${type}]`,
    }).find(text, { hint: '', machine: false })
  return {
    found,
    reported(detector, text) {
      const { text: seen } = fold(text)
      const findings: Raw[] = []
      detector.find(scan(seen, '', createBudget(BUDGET_MS)), (start, end, type, score, reason) => {
        findings.push({ start, end, type, score, reason })
      })
      return { seen, findings }
    },
    redacted(detector, text) {
      let whole = ''
      let from = 0
      for (const { start, end, type } of found(detector, text)) {
        whole += `${text.slice(from, start)}[${type}]`
        from = end
      }
      return whole + text.slice(from)
    },
  }
}

const rubbish = [
  '',
  ' ',
  '\u0000\u0001\u001b[31m',
  '\ud800 \udc00 half a pair \ud83d',
  '👩‍👩‍👧‍👦 ﷽ 𝟜𝟚 ａ＠ｂ．ｃ',
  '@@@@ :::: ==== .... ---- (((( [[[[ %%%% &&&& \\\\\\\\',
  '0',
  '9'.repeat(10_000),
  'a.'.repeat(10_000),
  ':'.repeat(10_000),
  '1 '.repeat(10_000),
  '1:2.3@4='.repeat(5_000),
]

const left = ['[EMAIL]', '[CREDIT_CARD] [IBAN]', '[EMAIL_1] and [PHONE_12]', '[EMAIL:hmac:0123456789abcdef]']

const cases: readonly {
  readonly name: string
  run(detector: Detector, examples: DetectorExamples, engine: Engine): void
}[] = [
  {
    name: 'has a name, a version and types of the right form',
    run({ name, version, types }) {
      assert.match(name, /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/)
      assert.ok(typeof version === 'string' && version !== '')
      assert.ok(types.length > 0)
      for (const type of types) assert.match(type, /^[A-Z][A-Z0-9_]{0,63}$/)
    },
  },
  {
    name: 'finds each example, that and no more, under a type that it declares',
    run(detector, { finds }, { found }) {
      assert.ok(finds.length > 0, 'a suite without examples shows nothing')
      for (const { text, type, values } of finds) {
        assert.ok(detector.types.includes(type), `${type} is one of its types`)
        const spans = found(detector, text).filter((span) => span.type === type)
        assert.deepEqual(
          spans.map(({ start, end }) => text.slice(start, end)),
          values,
        )
      }
    },
  },
  {
    name: 'leaves what it should leave',
    run(detector, { leaves }, { found }) {
      for (const text of leaves) assert.deepEqual(found(detector, text), [], text)
    },
  },
  {
    name: 'reports offsets within the text, scores from 0 to 1, and types that it declares, also on rubbish',
    run(detector, { finds, leaves }, { reported }) {
      for (const text of [...rubbish, ...left, ...finds.map((one) => one.text), ...leaves]) {
        const { seen, findings } = reported(detector, text)
        for (const { start, end, type, score } of findings) {
          assert.ok(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= seen.length)
          assert.ok(score >= 0 && score <= 1, `a score of ${score}`)
          assert.ok(detector.types.includes(type), `${type} is not declared`)
        }
      }
    },
  },
  {
    name: 'gives reasons that hold no part of the value',
    run(detector, { finds }, { reported }) {
      for (const { text } of finds) {
        const { seen, findings } = reported(detector, text)
        for (const { start, end, reason } of findings) {
          assert.ok(reason.length > 0)
          const value = seen.slice(start, end)
          assert.ok(!reason.includes(value))
          const digits = value.replace(/\D/g, '')
          if (digits.length >= 4) assert.ok(!reason.includes(digits.slice(-4)))
        }
      }
    },
  },
  {
    name: 'holds no state between texts',
    run(detector, { finds, leaves }, { reported }) {
      const texts = [...finds.map((one) => one.text), ...leaves]
      const first = texts.map((text) => reported(detector, text).findings)
      const again = texts.toReversed().map((text) => reported(detector, text).findings)
      assert.deepEqual(again.toReversed(), first)
    },
  },
  {
    name: 'finds nothing in what redaction left, nor beside it',
    run(detector, { finds }, { found, redacted }) {
      for (const text of left) assert.deepEqual(found(detector, text), [], text)
      for (const { text } of finds) {
        const once = redacted(detector, text)
        assert.equal(redacted(detector, once), once)
      }
    },
  },
]

/**
 * Every promise of the `Detector` contract, one case each, for any test runner.
 *
 * @param make - makes the detector
 * @param examples - what it should find and leave
 * @returns the cases
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { iban } from 'quittance/pii'
 * import { detectorConformance } from 'quittance/testing'
 *
 * const examples = {
 *   finds: [{ text: 'pay to DE89 3704 0044 0532 0130 00 today', type: 'IBAN', values: ['DE89 3704 0044 0532 0130 00'] }],
 *   leaves: ['DE00 3704 0044 0532 0130 00'],
 * }
 * for (const { name, run } of detectorConformance(() => iban(), examples)) test(name, run)
 * ```
 */
export function detectorConformance(make: () => Detector, examples: DetectorExamples): ConformanceCase[] {
  if (typeof make !== 'function') throw new TypeError('make must be a function that makes the detector')
  if (!Array.isArray(examples?.finds) || !Array.isArray(examples.leaves))
    throw new TypeError('examples must be {finds: [{text, type, values}], leaves: [text]}')
  return cases.map(({ name, run }) => ({
    name,
    async run() {
      run(make(), examples, await loadEngine())
    },
  }))
}

/** One text that an external detector is asked about. */
export interface ExternalExamples {
  /** Texts with the values that it should find in them, of any type. */
  readonly finds: readonly { readonly text: string; readonly values: readonly string[] }[]
}

const never = new AbortController()

function checkFindings(findings: readonly ExternalFinding[], text: string): void {
  assert.ok(Array.isArray(findings))
  for (const { type, start, end, score } of findings) {
    assert.match(type, /^[A-Z][A-Z0-9_]{0,63}$/)
    assert.ok(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= text.length)
    assert.ok(text.slice(start, end).isWellFormed(), 'offsets count UTF-16 units and split no character')
    assert.ok(score >= 0 && score <= 1)
  }
}

/**
 * What `withExternalDetectors` needs of a detector that works elsewhere, one case each, for any test runner.
 *
 * @param make - makes the detector, ready to be asked
 * @param examples - texts with values that it should find
 * @returns the cases
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { presidioDetector } from 'quittance/pii'
 * import { externalDetectorConformance } from 'quittance/testing'
 *
 * const make = async () => presidioDetector({ url: 'http://127.0.0.1:5002' })
 * const examples = { finds: [{ text: 'Ada Lovelace wrote it', values: ['Ada Lovelace'] }] }
 * for (const { name, run } of externalDetectorConformance(make, examples)) test(name, run)
 * ```
 */
export function externalDetectorConformance(
  make: () => Promise<ExternalDetector>,
  examples: ExternalExamples,
): ConformanceCase[] {
  if (typeof make !== 'function') throw new TypeError('make must be a function that makes the detector')
  if (!Array.isArray(examples?.finds)) throw new TypeError('examples must be {finds: [{text, values}]}')
  const { finds } = examples
  const all: readonly { readonly name: string; run(detector: ExternalDetector): Promise<void> }[] = [
    {
      name: 'finds each example',
      async run(detector) {
        assert.ok(finds.length > 0, 'a suite without examples shows nothing')
        for (const { text, values } of finds) {
          const findings = await detector.detect(text, { signal: never.signal })
          checkFindings(findings, text)
          const texts = findings.map(({ start, end }) => text.slice(start, end))
          for (const value of values) assert.ok(texts.includes(value), 'an example is not found')
        }
      },
    },
    {
      name: 'counts UTF-16 units: characters beyond the basic plane before a value move it by two',
      async run(detector) {
        for (const { text, values } of finds) {
          const moved = `👋🏽 𝐇 ${text}`
          const findings = await detector.detect(moved, { signal: never.signal })
          checkFindings(findings, moved)
          const texts = findings.map(({ start, end }) => moved.slice(start, end))
          for (const value of values) assert.ok(texts.includes(value), 'an example is not found behind such characters')
        }
      },
    },
    {
      name: 'answers rubbish with findings of the right form',
      async run(detector) {
        for (const text of rubbish.filter((one) => one.isWellFormed()))
          checkFindings(await detector.detect(text, { signal: never.signal }), text)
      },
    },
    {
      name: 'rejects when nobody waits any more',
      async run(detector) {
        const [example] = finds
        assert.ok(example)
        await assert.rejects(async () => detector.detect(example.text, { signal: AbortSignal.abort() }))
      },
    },
  ]
  return all.map(({ name, run }) => ({ name, run: async () => run(await make()) }))
}
