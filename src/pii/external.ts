/** Detectors that work elsewhere: a service, a model. They see what the own detectors left, and a failure refuses the text. */
import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { sha256Hex } from '../primitives/sha256.js'
import { moreOfValue } from './external-value.js'
import { placeholdersIn, type Stretch } from './placeholders.js'
import type { RedactedText, RedactedValue, RedactionContext, Redactor } from './redactor.js'
import { resolve, type Span } from './resolve.js'

/** What an external detector found. */
export interface ExternalFinding {
  /** Upper case, digits and `_`, such as `PERSON`. */
  readonly type: string
  /** First UTF-16 offset. */
  readonly start: number
  /** The UTF-16 offset behind the last. */
  readonly end: number
  /** 0 to 1. */
  readonly score: number
}

/** Finds values in a text, in its own time. */
export interface ExternalDetector {
  /** Kebab-case; stands in the configuration's digest. */
  readonly name: string
  /** Changes whenever what it finds may change: of a model its revision. */
  readonly version: string
  /** What changes its findings, as plain JSON, for the configuration's digest. */
  readonly config?: unknown
  /**
   * @param text - what the redactor before it left
   * @param options - `signal` aborts when nobody waits any more
   * @returns what was found, in any order
   */
  detect(text: string, options: { readonly signal: AbortSignal }): Promise<readonly ExternalFinding[]>
}

/** How external detectors are used. */
export interface ExternalOptions {
  readonly detectors: readonly ExternalDetector[]
  /** A finding counts from this score on, 0 to 1. Default: 0.5. */
  readonly threshold?: number | undefined
  /** How long one text may take, in milliseconds. Default: 2,000. */
  readonly timeoutMs?: number | undefined
}

const optionNames = { detectors: true, threshold: true, timeoutMs: true } satisfies Record<keyof ExternalOptions, true>

const typeName = /^[A-Z][A-Z0-9_]{0,63}$/

/** How many types are remembered: a model has some dozens. */
const MAX_TYPES = 256

function failed(detector: ExternalDetector, reason: string): QuittanceError {
  return new QuittanceError(
    'PII_DETECTOR_FAILED',
    `the detector ${detector.name} gave no answer that can be used, so nothing was let through`,
    { details: { reason, retryable: reason !== 'malformed' } },
  )
}

const splits = (text: string, offset: number): boolean =>
  offset > 0 &&
  offset < text.length &&
  /[\ud800-\udbff]/.test(text[offset - 1] as string) &&
  /[\udc00-\udfff]/.test(text[offset] as string)

function isFinding(finding: ExternalFinding | undefined, text: string): boolean {
  const { type, start, end, score } = finding ?? {}
  return (
    typeof type === 'string' &&
    typeName.test(type) &&
    Number.isInteger(start) &&
    Number.isInteger(end) &&
    (start as number) >= 0 &&
    (start as number) < (end as number) &&
    (end as number) <= text.length &&
    !splits(text, start as number) &&
    !splits(text, end as number) &&
    typeof score === 'number' &&
    score >= 0 &&
    score <= 1
  )
}

/** What of a finding lies outside of the placeholders. */
function outside(span: Span, places: readonly Stretch[], text: string): Span[] {
  const parts: Span[] = []
  let from = span.start
  for (const { start, end } of places) {
    if (end <= from) continue
    if (start >= span.end) break
    if (start > from) parts.push({ ...span, start: from, end: start })
    from = Math.max(from, end)
  }
  if (from < span.end) parts.push({ ...span, start: from })
  return parts.filter((part) => /[\p{L}\p{N}]/u.test(text.slice(part.start, part.end)))
}

async function ask(detector: ExternalDetector, text: string, timeoutMs: number): Promise<readonly ExternalFinding[]> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(failed(detector, 'timeout'))
      controller.abort()
    }, timeoutMs)
  })
  try {
    const found = await Promise.race([detector.detect(text, { signal: controller.signal }), late])
    if (!Array.isArray(found) || !found.every((finding) => isFinding(finding, text)))
      throw failed(detector, 'malformed')
    return found
  } catch (error) {
    // what was thrown may hold the text: only a stable word of it goes on
    const reason = QuittanceError.is(error, 'PII_DETECTOR_FAILED') ? error.details.reason : undefined
    throw failed(detector, reason !== undefined && /^[a-z][a-z0-9-]{0,31}$/.test(reason) ? reason : 'failed')
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Adds detectors that work elsewhere to a redactor. They see each text after the redactor's own detectors have replaced
 * what they found, are asked all at once, and what they find is replaced by its type. One that fails, is late, or answers
 * with offsets outside of the text refuses the text. They are asked about free text only, never about identifiers.
 *
 * @param redactor - runs first
 * @param options - the detectors, and how long they may take
 * @returns a redactor that answers with a promise
 * @throws TypeError, RangeError for options that make no sense
 * @example
 * ```ts
 * import { piiRedactor, presidioDetector, withExternalDetectors } from 'quittance/pii'
 * const redactor = withExternalDetectors(piiRedactor(), {
 *   detectors: [presidioDetector({ url: 'http://127.0.0.1:5002', language: 'en', entities: ['PERSON', 'LOCATION'] })],
 * })
 * ```
 */
export function withExternalDetectors(redactor: Redactor, options: ExternalOptions): Redactor {
  refuseUnknownMembers(options, optionNames, 'options')
  const { detectors, threshold = 0.5, timeoutMs = 2_000 } = options
  if (!Array.isArray(detectors) || detectors.length === 0)
    throw new TypeError('detectors must be a list that is not empty')
  if (!(threshold >= 0 && threshold <= 1)) throw new RangeError('threshold must be a number from 0 to 1')
  if (!(timeoutMs > 0 && timeoutMs <= 600_000)) throw new RangeError('timeoutMs must be more than 0 and at most 600000')
  for (const one of detectors) {
    if (typeof one?.detect !== 'function' || typeof one.name !== 'string' || typeof one.version !== 'string')
      throw new TypeError(
        'detectors must each have name, version and detect(); detectors that look at once belong to piiRedactor',
      )
  }
  const names = new Set(detectors.map(({ name }) => name))
  if (names.size !== detectors.length) throw new TypeError('detectors must have different names')
  const listed = detectors
    .map(({ name, version, config }) => JSON.stringify([name, version, config ?? null]))
    .sort()
    .join('\n')

  /** What they called their findings: only such words, and the package's own, are placeholders. */
  const reported = new Set<string>()

  const spansOf = async (text: string): Promise<Span[]> => {
    const places = placeholdersIn(text, reported)
    const answers = await Promise.all(
      detectors.map(async (detector) => {
        const found = await ask(detector, text, timeoutMs)
        for (const { type } of found) if (reported.size < MAX_TYPES) reported.add(type)
        return found
          .filter(({ score }) => score >= threshold)
          .flatMap((finding) => outside({ ...finding, detector: detector.name, reason: 'external' }, places, text))
      }),
    )
    return resolve(answers.flat())
  }

  const more = async (given: RedactedText): Promise<RedactedText> => {
    if (given.text === '') return given
    const counts: Record<string, number> = { ...given.counts }
    let whole = ''
    let from = 0
    for (const { type, start, end } of await spansOf(given.text)) {
      whole += `${given.text.slice(from, start)}[${type}]`
      counts[type] = (counts[type] ?? 0) + 1
      from = end
    }
    return { text: whole + given.text.slice(from), counts }
  }

  return {
    name: redactor.name,
    version: redactor.version,
    configDigest: `sha256:${sha256Hex(`${redactor.configDigest}\n${threshold}\n${listed}`)}`,
    countsInReceipt: redactor.countsInReceipt,
    redact(text: string, context: RedactionContext) {
      const first = redactor.redact(text, context)
      if (context.kind !== 'text') return first
      return Promise.resolve(first).then(more)
    },
    // where the redactor has no such method the ledger takes a value apart itself, and each text comes by `redact`
    ...(redactor.redactValue === undefined
      ? {}
      : {
          async redactValue(value: unknown, context: RedactionContext) {
            const first = await redactor.redactValue?.(value, context)
            return moreOfValue(first as RedactedValue, (text) => more({ text }))
          },
        }),
  }
}
