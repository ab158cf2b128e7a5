import { sha256Hex } from '../primitives/sha256.js'
import type { Detector, PiiType } from './detector.js'
import { defaultTypes, detectorOf } from './detectors/index.js'
import { createFinder } from './find.js'
import { hintOf } from './hint.js'
import type { RedactedText, Redactor } from './redactor.js'
import type { Span } from './resolve.js'

/** How texts are looked through and what becomes of what is found. */
export interface PiiOptions {
  /** Types that come with the package, and detectors of one's own. Default: `defaultTypes`. */
  readonly detectors?: readonly (PiiType | Detector)[] | undefined
  /** A finding counts from this score on, 0 to 1. Default: 0.5. */
  readonly threshold?: number | undefined
  /** What one text may take, in milliseconds; more refuses it. Default: 10,000. */
  readonly budgetMs?: number | undefined
  /** Whether the counts by type go into the receipt. Default: true. */
  readonly countsInReceipt?: boolean | undefined
}

/** A redactor whose findings can be looked at. */
export interface PiiRedactor extends Redactor {
  redact(text: string, context: Parameters<Redactor['redact']>[1]): RedactedText
  /**
   * @param text - any text
   * @returns what would be replaced and why, in the order of the text
   * @throws QuittanceError `PII_BUDGET`
   */
  analyse(text: string): Span[]
}

const VERSION = '1'

/**
 * Makes a ledger's redactor: what its detectors find in a text is replaced before the text is hashed or stored.
 *
 * @param options - detectors, modes and budget
 * @returns the redactor
 * @example
 * ```ts
 * import { piiRedactor } from 'quittance/pii'
 * const redactor = piiRedactor({ detectors: ['EMAIL', 'IBAN'] })
 * console.log(redactor.redact('write to alice@example.com', { path: 'input', kind: 'text' }).text) // write to [EMAIL]
 * ```
 */
export function piiRedactor(options: PiiOptions = {}): PiiRedactor {
  const { threshold = 0.5, budgetMs = 10_000, countsInReceipt = true } = options
  const detectors = (options.detectors ?? defaultTypes).map((given) =>
    typeof given === 'string' ? detectorOf[given]() : given,
  )
  const finder = createFinder({ detectors, threshold, budgetMs, preview: ({ type }) => `[${type}]` })
  const configDigest = `sha256:${sha256Hex(
    JSON.stringify({
      threshold,
      detectors: detectors
        .map(({ name, version, types, config }) => JSON.stringify([name, version, types, config ?? null]))
        .sort(),
    }),
  )}`
  return {
    name: 'quittance-pii',
    version: VERSION,
    configDigest,
    countsInReceipt,
    redact(text, { path, kind }) {
      const spans = finder.find(text, { hint: hintOf(path), machine: kind === 'machine' })
      if (spans.length === 0) return { text }
      const counts: Record<string, number> = {}
      let whole = ''
      let from = 0
      for (const { type, start, end } of spans) {
        whole += `${text.slice(from, start)}[${type}]`
        counts[type] = (counts[type] ?? 0) + 1
        from = end
      }
      return { text: whole + text.slice(from), counts }
    },
    analyse(text) {
      return finder
        .find(text, { hint: '', machine: false })
        .map(({ type, start, end, score, detector, reason }) => ({ type, start, end, score, detector, reason }))
    },
  }
}
