import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { sha256Hex } from '../primitives/sha256.js'
import type { Detector, PiiType, Report } from './detector.js'
import { defaultTypes, detectorOf } from './detectors/index.js'
import { createFinder, type Finder } from './find.js'
import type { Kind } from './findings.js'
import { hintOf } from './hint.js'
import { checkedSecret, keyedHash, type PiiKey, type PiiSecret } from './modes/keyed.js'
import { checkedModes, type PiiModes } from './modes/mode.js'
import { createRender, type RenderPlace } from './modes/render.js'
import { ownBook, receiptTokens, type Tokens, tenantTokens } from './modes/tokens.js'
import { compileRules, type PathRules } from './paths.js'
import { toPlain } from './plain.js'
import type { RedactedText, RedactedValue, RedactionContext, Redactor } from './redactor.js'
import { createRemembered } from './remembered.js'
import { valueIn } from './replaced.js'
import type { Span } from './resolve.js'
import { spliced } from './spliced.js'
import { FIELD, redactJson } from './structured.js'

/** How texts are looked through and what becomes of what is found. */
export interface PiiOptions {
  /** Types that come with the package, and detectors of one's own. Default: `defaultTypes`. */
  readonly detectors?: readonly (PiiType | Detector)[] | undefined
  /** A finding counts from this score on, 0 to 1. Default: 0.5. */
  readonly threshold?: number | undefined
  /** What one text, or one whole JSON value, may take, in milliseconds; more refuses it. Default: 10,000. */
  readonly budgetMs?: number | undefined
  /** Whether the counts by type go into the receipt. Default: true. */
  readonly countsInReceipt?: boolean | undefined
  /** What becomes of a value, by type; `*` stands for the types not named. Default: `redact`. */
  readonly modes?: PiiModes | undefined
  /** For hashes: at least 32 random bytes, or such bytes with an id. Required where a mode or a path says `hash`. */
  readonly secret?: PiiSecret | undefined
  /**
   * Who shares tokens. `receipt`: all texts of one receipt. `tenant`: all receipts of a tenant that this redactor sees
   * until the process ends; after that numbers begin anew. Default: `receipt`.
   */
  readonly tokens?: 'receipt' | 'tenant' | undefined
  /** How many different values may have a token with `tokens: 'tenant'`; then values are refused. Default: 100,000. */
  readonly maxTokens?: number | undefined
  /**
   * Rules for members of JSON values, by JSONPath (RFC 9535). `$` is the value given to `redactValue`; in a ledger the
   * content of `input` and of `output` of kind `json`, and `details.metadata`.
   */
  readonly paths?: PathRules | undefined
}

const optionNames = {
  detectors: true,
  threshold: true,
  budgetMs: true,
  countsInReceipt: true,
  modes: true,
  secret: true,
  tokens: true,
  maxTokens: true,
  paths: true,
} satisfies Record<keyof PiiOptions, true>

/** A redactor whose findings can be looked at, and that also takes whole values. */
export interface PiiRedactor extends Redactor {
  /**
   * Looks through one text.
   *
   * @param text - one string
   * @param context - where it stands and what it is. Default: a free text that has no name
   * @returns the text with what was found replaced, and the counts by type
   * @throws QuittanceError `PII_BUDGET`, `PII_DETECTOR_FAILED`, `PII_TOKENS_FULL`
   */
  redact(text: string, context?: RedactionContext): RedactedText
  /**
   * Looks through any value: texts, the names of members, numbers. The value given is never changed.
   *
   * @param value - JSON, or what has a stated form in it: dates, maps, sets, bigints, errors, objects with `toJSON`
   * @param context - whose value it is
   * @returns JSON with what was found replaced, and the counts by type; `FIELD` counts what a path took
   * @throws QuittanceError `PII_VALUE_REFUSED` with `details.path` and `details.reason`, `PII_BUDGET`
   * @example
   * ```ts
   * import { piiRedactor } from 'quittance/pii'
   * const redactor = piiRedactor({ paths: { '$.applicant.name': 'drop' } })
   * console.log(redactor.redactValue({ applicant: { name: 'Jo', mail: 'jo@example.com' } }).value)
   * ```
   */
  redactValue(value: unknown, context?: Partial<RedactionContext>): RedactedValue
  /**
   * @param text - any text
   * @returns what would be replaced and why, in the order of the text
   * @throws QuittanceError `PII_BUDGET`
   */
  analyse(text: string): Span[]
}

const VERSION = '1'

/** Where the ledger's paths begin; in other free values every member is looked at. */
const ruled: ReadonlySet<string> = new Set(['', 'input', 'output', 'details.metadata'])

/**
 * A finding in an id counts from here on at the earliest. Nothing stands beside an id that could make a weak one surer, many
 * ids are numbers by chance, and a finding there refuses the whole receipt.
 */
const SURE_IN_IDENTIFIERS = 0.6

/** How many ids and names without a finding are remembered, each. */
const MAX_REMEMBERED = 2_000

/** Made at random or of a clock: some would pass for a number of somebody, and each of those would refuse a receipt. */
const uuid = /(?<![\dA-Za-z])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\dA-Za-z])/gi

const typeName = /^[A-Z][A-Z0-9_]{0,63}$/

function checkedDetectors(given: PiiOptions['detectors']): Detector[] {
  if (given !== undefined && !Array.isArray(given)) throw new TypeError('detectors must be a list')
  if (given?.length === 0)
    throw new TypeError('detectors is empty: give redactor: false to a ledger that shall redact nothing')
  const own = new Set((given ?? []).flatMap((one) => (typeof one === 'object' ? [one?.name] : [])))
  const names = new Set<string>()
  // a detector of the package with options of its own stands for its type with the defaults
  const chosen = (given ?? defaultTypes).filter(
    (one) => typeof one !== 'string' || !Object.hasOwn(detectorOf, one) || !own.has(detectorOf[one as PiiType]().name),
  )
  return chosen.map((one) => {
    if (typeof one === 'string' && !Object.hasOwn(detectorOf, one))
      throw new TypeError(`detectors: there is no type ${JSON.stringify(one)}`)
    const detector = typeof one === 'string' ? detectorOf[one as PiiType]() : (one as Detector)
    if (typeof detector?.find !== 'function' || typeof detector.name !== 'string' || !Array.isArray(detector.types))
      throw new TypeError('detectors must be types that come with the package, or have name, version, types and find')
    if (names.has(detector.name)) throw new TypeError(`detectors: two have the name ${JSON.stringify(detector.name)}`)
    names.add(detector.name)
    for (const type of detector.types) {
      if (!typeName.test(type) || type === FIELD)
        throw new TypeError(`detectors: ${JSON.stringify(type)} is no type: upper case, digits and _; FIELD is taken`)
    }
    return guarded(detector, typeof one !== 'string')
  })
}

/** What a detector throws may hold the text: only the name of its error goes on. */
function guarded(detector: Detector, isOwn: boolean): Detector {
  const { name: detectorName, version, machine, config, find } = detector
  const types = [...detector.types]
  /** What somebody else wrote is held to the contract: what would be dropped or written as it is refuses the text. */
  const held =
    (report: Report): Report =>
    (start, end, type, score, reason) => {
      if (!types.includes(type)) throw new RangeError('a type that is not declared')
      if (!(score >= 0 && score <= 1)) throw new RangeError('a score that is not from 0 to 1')
      report(start, end, type, score, reason)
    }
  return {
    name: detectorName,
    version,
    types,
    machine,
    config,
    find(haystack, report) {
      try {
        const answer: unknown = find.call(detector, haystack, isOwn ? held(report) : report)
        if (typeof (answer as PromiseLike<unknown> | undefined)?.then === 'function') {
          // its findings would come too late, and its failure to nobody
          void Promise.resolve(answer).catch(() => undefined)
          throw new TypeError('find must answer at once')
        }
      } catch (error) {
        if (QuittanceError.is(error)) throw error
        const name = error instanceof Error && /^[A-Za-z]{1,64}$/.test(error.name) ? error.name : 'failed'
        throw new QuittanceError(
          'PII_DETECTOR_FAILED',
          `the detector ${detectorName} threw, so nothing was let through`,
          { details: { reason: name } },
        )
      }
    },
  }
}

function checkedNumbers(options: PiiOptions) {
  const {
    threshold = 0.5,
    budgetMs = 10_000,
    countsInReceipt = true,
    tokens = 'receipt',
    maxTokens = 100_000,
  } = options
  if (!(typeof threshold === 'number' && threshold >= 0 && threshold <= 1))
    throw new RangeError('threshold must be a number from 0 to 1')
  if (!(typeof budgetMs === 'number' && budgetMs > 0)) throw new RangeError('budgetMs must be a number above 0')
  if (typeof countsInReceipt !== 'boolean') throw new TypeError('countsInReceipt must be true or false')
  if (tokens !== 'receipt' && tokens !== 'tenant') throw new TypeError("tokens must be 'receipt' or 'tenant'")
  if (!(Number.isSafeInteger(maxTokens) && maxTokens > 0 && maxTokens < 1_000_000))
    throw new RangeError('maxTokens must be a positive integer below 1,000,000')
  return { threshold, budgetMs, countsInReceipt, tokens, maxTokens }
}

/**
 * Makes a ledger's redactor: what its detectors find in a text is replaced before the text is hashed or stored.
 *
 * @param options - detectors, modes, paths and budget
 * @returns the redactor
 * @throws TypeError, RangeError naming the option that is wrong: also where something is to be hashed without a `secret`
 * @example
 * ```ts
 * import { piiRedactor } from 'quittance/pii'
 * const redactor = piiRedactor({ detectors: ['EMAIL', 'IBAN'], modes: { IBAN: 'mask' } })
 * console.log(redactor.redact('write to alice@example.com', { path: 'input', kind: 'text' }).text) // write to [EMAIL]
 * ```
 */
export function piiRedactor(options: PiiOptions = {}): PiiRedactor {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, optionNames, 'options')
  const { threshold, budgetMs, countsInReceipt, tokens, maxTokens } = checkedNumbers(options)
  const detectors = checkedDetectors(options.detectors)
  const modes = checkedModes(
    options.modes,
    new Set([...Object.keys(detectorOf), ...detectors.flatMap(({ types }) => types)]),
  )
  const key: PiiKey | undefined = options.secret === undefined ? undefined : checkedSecret(options.secret)
  const rules = compileRules(options.paths)
  if (key === undefined && rules?.listed.some(([, rule]) => rule === 'hash'))
    throw new TypeError('secret must be given where a path says hash: there is no hash without a key')
  const render = createRender(modes, key)
  /** Where each type has one placeholder, values need not be cut out of the text. */
  const valuesCount = modes.size > 0
  const placeholders = new Map<string, string>()
  const written = (type: string, value: string, at: RenderPlace): string => {
    if (valuesCount) return render(type, value, at)
    let placeholder = placeholders.get(type)
    if (placeholder === undefined) {
      placeholder = render(type, '', at)
      placeholders.set(type, placeholder)
    }
    return placeholder
  }
  const noBook = ownBook()
  const books: Tokens = ![...modes.values()].includes('token')
    ? () => noBook
    : tokens === 'tenant'
      ? tenantTokens(maxTokens)
      : receiptTokens()

  const cleanIds = createRemembered(MAX_REMEMBERED)
  const cleanNames = createRemembered(MAX_REMEMBERED)

  let place: RenderPlace = { tenantId: '', book: noBook }
  const finderFrom = (from: number): Finder =>
    createFinder({
      detectors,
      threshold: from,
      budgetMs,
      // finding is synchronous, so that the place is that of the text at hand
      byType: !valuesCount,
      preview: (found) => written(found.type, valuesCount ? found.value : '', place),
    })
  const finder = finderFrom(threshold)
  const inIdentifiers = finderFrom(Math.max(threshold, SURE_IN_IDENTIFIERS))
  const placeOf = ({ scope, tenantId }: Partial<RedactionContext>): RenderPlace => ({
    tenantId: tenantId ?? '',
    book: books({ scope, tenantId }),
  })

  const redactText = (
    text: string,
    where: { readonly hint: string; readonly machine: boolean },
    at: RenderPlace,
    counts: Record<string, number>,
    by: Finder = finder,
  ): string => {
    place = at
    const pieces = by.look(text, where)
    if (pieces === undefined) return text
    const { length, kinds, start, end } = pieces
    const instead: string[] = []
    let last = kinds[0] as Kind
    let first = 0
    const count = (behind: number): void => {
      counts[last.type] = (counts[last.type] ?? 0) + behind - first
    }
    for (let index = 0; index < length; index += 1) {
      const kind = kinds[index] as Kind
      if (kind !== last) {
        count(index)
        last = kind
        first = index
      }
      const again = index > first && !valuesCount
      instead.push(
        again ? (instead[first] as string) : written(kind.type, valuesCount ? valueIn(pieces, index) : '', at),
      )
    }
    count(length)
    return spliced(text, 0, text.length, { start, end, by: instead, first: 0, last: length })
  }

  return {
    name: 'quittance-pii',
    version: VERSION,
    configDigest: `sha256:${sha256Hex(
      JSON.stringify({
        threshold,
        detectors: detectors
          .map(({ name, version, types, config }) => JSON.stringify([name, version, types, config ?? null]))
          .sort(),
        modes: [...modes].map(([type, mode]) => `${type} ${mode}`).sort(),
        secret: key?.id ?? null,
        tokens,
        paths: rules?.listed ?? [],
      }),
    )}`,
    countsInReceipt,
    redact(text, context = { path: '', kind: 'text' }) {
      const { path, kind } = context
      if (typeof text !== 'string') throw new TypeError('text must be a string')
      if (kind !== 'text' && kind !== 'identifier' && kind !== 'machine')
        throw new TypeError("context.kind must be 'text', 'identifier' or 'machine'")
      const counts: Record<string, number> = {}
      if (kind === 'identifier') {
        const isVersion = /version$/i.test(path)
        const known = isVersion ? `version ${text}` : text
        if (cleanIds.has(known)) return { text }
        // without any other hint: `sources[0].id` is the name of no number of a person
        const rest = text.length < 36 || text.includes('@') ? text : text.replace(uuid, ' ')
        const where = { hint: isVersion ? 'version' : '', machine: false }
        const found = redactText(rest, where, placeOf(context), counts, inIdentifiers)
        if (found !== rest) return { text: found, counts }
        cleanIds.add(known)
        return { text }
      }
      const where = { hint: kind === 'text' ? hintOf(path) : '', machine: kind === 'machine' }
      return { text: redactText(text, where, placeOf(context), counts), counts }
    },
    redactValue(given, context = {}) {
      const counts: Record<string, number> = {}
      const at = placeOf(context)
      const { path = '' } = context
      const value = toPlain(given)
      const redacted = redactJson(value, ruled.has(path) ? rules?.select(value) : undefined, {
        hint: path === '' ? '' : hintOf(path),
        nobodys: cleanNames,
        budgetMs,
        redact: (text, hint) => redactText(text, { hint, machine: false }, at, counts),
        hash: (json) => keyedHash(key as PiiKey, at.tenantId, FIELD, json),
        counted: () => {
          counts[FIELD] = (counts[FIELD] ?? 0) + 1
        },
      })
      return { value: redacted, counts }
    },
    analyse(text) {
      place = { tenantId: '', book: ownBook() }
      return finder
        .find(text, { hint: '', machine: false })
        .map(({ type, start, end, score, detector, reason }) => ({ type, start, end, score, detector, reason }))
    },
  }
}
