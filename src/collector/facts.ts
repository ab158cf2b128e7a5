import { frozenCopy } from '../ledger/copy.js'
import { canonicalize } from '../receipt/canonical.js'
import { digestOf } from '../receipt/digest.js'
import type { Shape } from '../receipt/schema/describe.js'
import * as shapes from '../receipt/schema/receipt.js'
import { digest, digestOrPseudonym, id, token, version } from '../receipt/schema/words.js'
import type { Action, Capture, Decision, Tool, Usage } from '../receipt/types.js'
import { copyMember, demandObject, demandText, demandWord, hold } from './arguments.js'
import { contentDraft } from './compose.js'
import { takeContent } from './content.js'
import { checkOf, sourceOf } from './entries.js'
import { linkTo } from './identity.js'
import { instant } from './instant.js'
import type {
  CheckFacts,
  ContentOptions,
  DetailName,
  ErrorFacts,
  LinkTarget,
  MatchFacts,
  ModelFacts,
  OversightFacts,
  SourceFacts,
  TimingFacts,
  ToolFacts,
  TraceFacts,
} from './options.js'
import { readResponse } from './response.js'
import { demandOpen, type FactsState, recordError } from './state.js'
import { parseTraceparent } from './traceparent.js'

const MAX_LINKS = 32
const MAX_SOURCES = 128

/** Event types on which `action` may stand. */
const withAction: ReadonlySet<string> = new Set([
  'decision',
  'inference',
  'tool_call',
  'tool_result',
  'human_oversight',
])

const extensionName = /^x[A-Z][A-Za-z0-9]{0,63}$/

const settable: ReadonlySet<string> = new Set(['rationale', 'factors', 'config', 'groups', 'disclosures'])

/** On what level things stand: content is hashed alone; a member of the receipt; a member of `details`. */
const ALONE = 1
const MEMBER = 2
const DETAIL = 3

/** Only so that options can be held against the commitment's own description. */
const anyHash = { kind: 'text', hash: `sha256:${'0'.repeat(64)}` } as const

/**
 * Holds what stands beside a content's hash against the format.
 *
 * @param options - the caller's
 * @param path - the member, as `output`
 * @returns them, copied
 * @throws TypeError naming the option
 */
export function demandContentOptions(options: ContentOptions, path: string): ContentOptions {
  const { ref, mediaType, partial } = demandObject(options, `${path} options`) as ContentOptions
  const beside = copyMember({ ref, mediaType, partial }, path, MEMBER) as ContentOptions
  hold(shapes.commitment, { ...anyHash, ...beside }, path)
  return beside
}

/** Everything that can be said of one receipt. Each setter copies what it is given and returns the collector. */
export class ReceiptFacts {
  /** The receipt's id, fixed from the beginning. */
  readonly receiptId: string
  readonly #state: FactsState

  /** @internal */
  constructor(state: FactsState) {
    this.receiptId = state.draft.receiptId
    this.#state = state
  }

  #open(setter: string): FactsState {
    demandOpen(this.#state, setter)
    return this.#state
  }

  #content(setter: string, name: 'input' | 'output', value: unknown, options: ContentOptions): void {
    const state = this.#open(setter)
    if (name === 'output' && state.piped) throw new TypeError('setOutput: the output comes through pipeOutput already')
    const beside = demandContentOptions(options, name)
    const taken = takeContent(value, name)
    if ('pending' in taken) {
      delete state.draft[name]
      state.pending.set(name, { content: taken.pending, options: beside })
    } else {
      state.pending.delete(name)
      state.draft[name] = contentDraft(taken.content, beside, false)
    }
  }

  /** Members given replace those given before; the others stay. */
  #merge<K extends 'decision' | 'usage' | 'model'>(name: K, shape: Shape<unknown>, given: object): void {
    const { draft } = this.#state
    const merged = { ...draft[name], ...(copyMember(given, name, MEMBER) as object) }
    hold(shape, merged, name)
    draft[name] = Object.freeze(merged) as FactsState['draft'][K]
  }

  /**
   * Records what was decided on. A stream is read from now on; text of a stream is kept until the draft is made (16 MiB),
   * bytes of a stream are hashed as they come.
   *
   * @param value - a string, a JSON value, bytes (`Uint8Array`, `ArrayBuffer`), or a stream of strings or of bytes
   * @param options - what stands beside the hash
   * @returns this
   * @throws QuittanceError `RECEIPT_NOT_JSON` naming the path, `COLLECTOR_SEALED`
   * @throws TypeError when an option is wrong or the stream is locked
   * @example
   * ```ts
   * import { ReceiptCollector } from 'quittance'
   * const record = (c: ReceiptCollector) => c.setInput({ income: 42_000, debts: [] }, { mediaType: 'application/json' })
   * ```
   */
  setInput(value: unknown, options: ContentOptions = {}): this {
    this.#content('setInput', 'input', value, options)
    return this
  }

  /**
   * Records what came out; as `setInput`.
   *
   * @param value - a string, a JSON value, bytes, or a stream of strings or of bytes
   * @param options - what stands beside the hash
   * @returns this
   * @throws QuittanceError `RECEIPT_NOT_JSON` naming the path, `COLLECTOR_SEALED`
   * @throws TypeError when an option is wrong, the stream is locked or `pipeOutput` gives the output
   */
  setOutput(value: unknown, options: ContentOptions = {}): this {
    this.#content('setOutput', 'output', value, options)
    return this
  }

  /**
   * Adds one check. With `op`, `score` and `threshold`, `fired` is derived; with `status` it is false; otherwise it must
   * be given. Where checks of one name have details, they stand one a line, in order.
   *
   * @param name - an id; the same name may come again
   * @param facts - what was measured
   * @returns this
   * @throws TypeError when `fired` is missing or contradicts the rest, or a member is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   * @example
   * ```ts
   * import { ReceiptCollector } from 'quittance'
   * const record = (c: ReceiptCollector) => c.addCheck('toxicity', { op: 'gt', score: 0.02, threshold: 0.8, stage: 'output' })
   * ```
   */
  addCheck(name: string, facts: CheckFacts): this {
    const { draft, details } = this.#open('addCheck')
    const path = `checks[${draft.checks?.length ?? 0}]`
    const { check, detail } = checkOf(name, facts, path)
    if (detail !== undefined) {
      const before = details.checks && Object.hasOwn(details.checks, name) ? `${details.checks[name]}\n` : ''
      details.checks = Object.freeze({ ...details.checks, [name]: before + detail })
    }
    draft.checks = Object.freeze([...(draft.checks ?? []), check])
    return this
  }

  /**
   * Records what the system did. Required on a decision unless there is an error: it is never made up.
   *
   * @param action - one of the six
   * @returns this
   * @throws TypeError when it is none of them, or the event type has no action
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setAction(action: Action): this {
    const { draft } = this.#open('setAction')
    const [unknown] = shapes.action.check(action) ?? []
    if (unknown) throw new TypeError('action must be allow, reject, fail_retry, cache_hit, escalate or bypass')
    if (!withAction.has(draft.eventType)) throw new TypeError(`action does not belong to eventType ${draft.eventType}`)
    draft.action = action
    return this
  }

  /**
   * Records which model answered and how it was asked. Members given replace those given before; the others stay.
   *
   * @param facts - `modelId` is the model that answered, `requestedId` the one that was asked for
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setModel(facts: ModelFacts): this {
    const { draft } = this.#open('setModel')
    const { modelId, providerId, configDigest, ...model } = demandObject(facts, 'model') as ModelFacts
    if (modelId !== undefined) demandWord(id, modelId, 'modelId')
    if (providerId !== undefined) demandWord(token, providerId, 'providerId')
    if (configDigest !== undefined) demandWord(digest, configDigest, 'configDigest')
    if (Object.values(model).some((value) => value !== undefined)) this.#merge('model', shapes.model, model)
    if (modelId !== undefined) draft.modelId = modelId
    if (providerId !== undefined) draft.providerId = providerId
    if (configDigest !== undefined) draft.configDigest = configDigest as `sha256:${string}`
    return this
  }

  /**
   * Reads model, response id, finish reason and token counts out of a model's answer. It does not set the output.
   *
   * @param response - an OpenAI chat completion or response, an Anthropic message, or a finished AI SDK result
   * @returns this
   * @throws TypeError when it is none of them, naming what was looked for
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setResponse(response: unknown): this {
    this.#open('setResponse')
    const { modelId, model, usage } = readResponse(response)
    this.setModel({ modelId, ...model })
    if (Object.keys(usage).length > 0) this.setUsage(usage)
    return this
  }

  /**
   * Records token counts: cache tokens are part of the input's, reasoning tokens part of the output's.
   *
   * @param usage - members given replace those given before
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setUsage(usage: Usage): this {
    this.#open('setUsage')
    this.#merge('usage', shapes.usage, demandObject(usage, 'usage'))
    return this
  }

  /**
   * Records how long it took, as you measured it. `startedAt` and `endedAt` are there without it.
   *
   * @param ms - milliseconds
   * @returns this
   * @throws TypeError when it is no such number
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setLatency(ms: number): this {
    const { draft } = this.#open('setLatency')
    draft.latencyMs = demandWord(shapes.receiptMembers.latencyMs, ms, 'latencyMs')
    return this
  }

  /**
   * Sets the period of use by hand, where the collector's own clock doesn't know it: an import, or oversight that was
   * shown at one time and decided at another.
   *
   * @param timing - one or both ends
   * @returns this
   * @throws RangeError when one is no time, or the end lies before the start
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setTiming(timing: TimingFacts): this {
    const { draft } = this.#open('setTiming')
    const { startedAt, endedAt } = demandObject(timing, 'timing') as TimingFacts
    const start = startedAt === undefined ? draft.startedAt : instant(startedAt, 'startedAt')
    const end = endedAt === undefined ? draft.endedAt : instant(endedAt, 'endedAt')
    if (start !== undefined && end !== undefined && end < start) {
      throw new RangeError('endedAt lies before startedAt, which is when the collector was made unless it is given too')
    }
    draft.startedAt = start
    if (end !== undefined) draft.endedAt = end
    return this
  }

  /**
   * Records the person concerned; only a keyed pseudonym reaches the receipt.
   *
   * @param subject - as you know them
   * @returns this
   * @throws TypeError when it is empty
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setSubject(subject: string): this {
    this.#open('setSubject').draft.subject = demandText(subject, 'subject')
    return this
  }

  /**
   * Records on whose behalf it was done; only a keyed pseudonym reaches the receipt.
   *
   * @param principal - as you know them
   * @returns this
   * @throws TypeError when it is empty
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setPrincipal(principal: string): this {
    this.#open('setPrincipal').draft.principal = demandText(principal, 'principal')
    return this
  }

  /**
   * Records what kind of decision it was and how it fell out. Members given replace those given before.
   *
   * @param decision - the facts
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setDecision(decision: Decision): this {
    this.#open('setDecision')
    const { confidence } = demandObject(decision, 'decision') as Decision
    if (typeof confidence === 'number' && Number(confidence.toFixed(4)) !== confidence) {
      throw new TypeError('decision.confidence has more than 4 decimals: round it')
    }
    this.#merge('decision', shapes.decision, decision)
    return this
  }

  /**
   * Records what a person did about a decision; belongs to a collector of eventType `human_oversight`, with a link
   * `about` to the sealed receipt.
   *
   * @param facts - `kind`, who and what they said
   * @returns this
   * @throws TypeError on another event type, without a reviewer, or naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setHumanOversight(facts: OversightFacts): this {
    const { draft, details } = this.#open('setHumanOversight')
    if (draft.eventType !== 'human_oversight') {
      throw new TypeError(
        `humanOversight is a receipt of its own: new ReceiptCollector({ eventType: 'human_oversight', parent: receipt, … }).addLink('about', receipt).setHumanOversight(…)`,
      )
    }
    const { comment, ...given } = copyJson(
      demandObject(facts, 'humanOversight'),
      member('humanOversight'),
    ) as OversightFacts
    const { reviewer, ...rest } = given
    hold(shapes.humanOversight, rest, 'humanOversight')
    if (reviewer !== undefined) demandText(reviewer, 'humanOversight.reviewer')
    else if (given.kind !== 'request') throw new TypeError('humanOversight.reviewer is required unless kind is request')
    if (comment !== undefined)
      details.oversight = Object.freeze({ comment: demandText(comment, 'humanOversight.comment') })
    draft.humanOversight = Object.freeze(given)
    return this
  }

  /**
   * Records that the request failed: a code in the receipt, message and stack in its `details`.
   *
   * @param thrown - anything; what is no error too
   * @param facts - what you know better than the thrown value tells
   * @returns this
   * @throws TypeError when one of the facts is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setError(thrown: unknown, facts: ErrorFacts = {}): this {
    const state = this.#open('setError')
    const given = copyMember(demandObject(facts, 'error'), 'error', MEMBER) as ErrorFacts
    hold(shapes.errorInfo, { code: 'x', ...given }, 'error')
    recordError(state, thrown, given)
    return this
  }

  /**
   * Adds free data under `details.metadata`, redacted; a name given again replaces what it held.
   *
   * @param metadata - a plain object
   * @returns this
   * @throws TypeError when it is no object
   * @throws QuittanceError `RECEIPT_NOT_JSON`, `COLLECTOR_SEALED`
   */
  setMetadata(metadata: { readonly [name: string]: unknown }): this {
    const { details } = this.#open('setMetadata')
    const copy = frozenCopy(demandObject(metadata, 'metadata'), 'details.metadata', DETAIL) as Record<string, unknown>
    details.metadata = Object.freeze({ ...details.metadata, ...copy })
    return this
  }

  /**
   * Sets one part of `details` that has no setter of its own.
   *
   * @param name - `rationale`, `factors`, `config`, `groups`, `disclosures`, or `x` and a capital letter
   * @param value - JSON; `groups` from a token to a token
   * @returns this
   * @throws TypeError when the name is another, or the value not fit for it
   * @throws QuittanceError `RECEIPT_NOT_JSON`, `COLLECTOR_SEALED`
   */
  setDetail(name: DetailName, value: unknown): this {
    const { details } = this.#open('setDetail')
    if (!settable.has(name) && !extensionName.test(name)) {
      throw new TypeError(
        'detail must be rationale, factors, config, groups, disclosures or x and a capital; the others have setters of their own',
      )
    }
    if (value === undefined) throw new TypeError(`details.${name} must be given`)
    const copy = frozenCopy(value, `details.${name}`, DETAIL)
    hold(shapes.details, { salt: '0'.repeat(64), [name]: copy }, 'details')
    Object.assign(details, { [name]: copy })
    return this
  }

  /**
   * Records the configuration: its digest in the receipt, itself in `details.config`, redacted.
   *
   * The digest is plain SHA-256 over the JCS of what is given here, unredacted, so that you can compare it with your own
   * file; it stays when the details are erased, and who knows all of a configuration but one guessable value can guess
   * that value. So no secrets and no personal data in it.
   *
   * @param config - a plain object
   * @returns this
   * @throws TypeError when it is no object
   * @throws QuittanceError `RECEIPT_NOT_JSON`, `COLLECTOR_SEALED`
   */
  setConfig(config: object): this {
    const { draft, details } = this.#open('setConfig')
    const copy = frozenCopy(demandObject(config, 'config'), 'details.config', DETAIL)
    draft.configDigest = digestOf(canonicalize(copy))
    details.config = copy
    return this
  }

  /**
   * Records the digest of the state that was acted on (memory, context, an agent's plan), never the state itself.
   * It is plain SHA-256, over the JCS or the bytes: for what can be guessed, give a keyed digest of your own.
   *
   * @param state - an object or array, bytes, or a digest (`sha256:…`, `hmac-sha256:…`)
   * @returns this
   * @throws TypeError when it is something else
   * @throws QuittanceError `RECEIPT_NOT_JSON`, `COLLECTOR_SEALED`
   */
  setState(state: object | string): this {
    const { draft } = this.#open('setState')
    if (typeof state === 'string') draft.stateDigest = demandWord(digestOrPseudonym, state, 'state')
    else if (state instanceof Uint8Array) draft.stateDigest = digestOf(state)
    else if (typeof state === 'object' && state !== null)
      draft.stateDigest = digestOf(canonicalize(frozenCopy(state, 'state', ALONE)))
    else throw new TypeError('state must be an object, an array, bytes or a digest')
    return this
  }

  /**
   * Adds tags: what an environment or a feature is called, never anything of a person. One given twice counts once.
   *
   * @param tags - strings
   * @returns this
   * @throws TypeError when one is empty
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  addTag(...tags: readonly string[]): this {
    const { draft } = this.#open('addTag')
    for (const tag of tags) demandText(tag, 'tag')
    if (tags.length > 0) draft.tags = Object.freeze([...new Set([...(draft.tags ?? []), ...tags])])
    return this
  }

  /**
   * Adds reason codes. One given twice counts once.
   *
   * @param codes - tokens
   * @returns this
   * @throws TypeError when one is no token
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  addReason(...codes: readonly string[]): this {
    const { draft } = this.#open('addReason')
    for (const code of codes) demandWord(token, code, 'reason code')
    if (codes.length > 0) draft.reasonCodes = Object.freeze([...new Set([...(draft.reasonCodes ?? []), ...codes])])
    return this
  }

  /**
   * Records the tool that was called.
   *
   * @param tool - with `definition`, its digest becomes `definitionDigest`, so that a swapped tool shows
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws QuittanceError `RECEIPT_NOT_JSON`, `COLLECTOR_SEALED`
   */
  setTool(tool: ToolFacts): this {
    const { draft } = this.#open('setTool')
    const { definition, ...given } = demandObject(tool, 'tool') as unknown as ToolFacts
    const definitionDigest =
      definition === undefined
        ? given.definitionDigest
        : digestOf(canonicalize(frozenCopy(definition, 'tool.definition', ALONE)))
    const copy = copyMember({ ...given, definitionDigest }, 'tool', MEMBER) as Tool
    hold(shapes.tool, copy, 'tool')
    draft.tool = copy
    return this
  }

  /**
   * Records which agent acted.
   *
   * @param agentId - an id
   * @param agentVersion - its version
   * @returns this
   * @throws TypeError when one is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setAgent(agentId: string, agentVersion?: string): this {
    const { draft } = this.#open('setAgent')
    demandWord(id, agentId, 'agentId')
    if (agentVersion !== undefined) draft.agentVersion = demandWord(version, agentVersion, 'agentVersion')
    draft.agentId = agentId
    return this
  }

  /**
   * Records which AI system decided.
   *
   * @param systemId - an id
   * @param systemVersion - its version
   * @returns this
   * @throws TypeError when one is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setSystem(systemId: string, systemVersion?: string): this {
    const { draft } = this.#open('setSystem')
    demandWord(id, systemId, 'systemId')
    if (systemVersion !== undefined) draft.systemVersion = demandWord(version, systemVersion, 'systemVersion')
    draft.systemId = systemId
    return this
  }

  /**
   * Records the case, which may go on for days and hold many receipts.
   *
   * @param decisionId - an id
   * @returns this
   * @throws TypeError when it is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setDecisionId(decisionId: string): this {
    this.#open('setDecisionId').draft.decisionId = demandWord(id, decisionId, 'decisionId')
    return this
  }

  /**
   * Records the ids of request, span and conversation.
   *
   * @param trace - those that are known
   * @returns this
   * @throws TypeError when one is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setTrace(trace: TraceFacts): this {
    const { draft } = this.#open('setTrace')
    const { traceId, spanId, sessionId } = demandObject(trace, 'trace') as TraceFacts
    const given = Object.entries({ traceId, spanId, sessionId }).filter(([, value]) => value !== undefined)
    for (const [name, value] of given) demandWord(id, value, name)
    Object.assign(draft, Object.fromEntries(given))
    return this
  }

  /**
   * Records trace and calling span from a W3C `traceparent` header.
   *
   * @param traceparent - the header
   * @returns this
   * @throws TypeError when it is not valid
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setTraceparent(traceparent: string): this {
    this.#open('setTraceparent')
    return this.setTrace(parseTraceparent(traceparent))
  }

  /**
   * Records which step of a run this is, and which attempt at it.
   *
   * @param stepIndex - from 0
   * @param attempt - as you count
   * @returns this
   * @throws TypeError when one is no such number
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setStep(stepIndex: number, attempt?: number): this {
    const { draft } = this.#open('setStep')
    demandWord(shapes.receiptMembers.stepIndex, stepIndex, 'stepIndex')
    if (attempt !== undefined) draft.attempt = demandWord(shapes.receiptMembers.attempt, attempt, 'attempt')
    draft.stepIndex = stepIndex
    return this
  }

  /**
   * Links to another receipt; the hash goes along where the target has one, the chain where it is another.
   *
   * @param rel - `about`, `corrects`, `reverses`, `supersedes`, `derived_from`, `delegated_from`, `joins`, or a token of your own
   * @param target - a sealed receipt, a `ref`, a collector, or a link's own members
   * @returns this
   * @throws TypeError when something is wrong
   * @throws RangeError when it would be the 33rd
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  addLink(rel: string, target: LinkTarget): this {
    const { draft } = this.#open('addLink')
    const links = [...(draft.links ?? []), linkTo(demandWord(token, rel, 'rel'), target, draft.chainId)]
    if (links.length > MAX_LINKS) throw new RangeError(`links may hold at most ${MAX_LINKS}`)
    draft.links = Object.freeze(links)
    return this
  }

  /**
   * Adds something that was consulted.
   *
   * @param source - `type` and `id` at least; `match.record` is a person's record as you know it, of which only a keyed pseudonym reaches the receipt
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws RangeError when it would be the 129th
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  addSource(source: SourceFacts): this {
    const { draft } = this.#open('addSource')
    const path = `sources[${draft.sources?.length ?? 0}]`
    const sources = [...(draft.sources ?? []), sourceOf(source, path)]
    if (sources.length > MAX_SOURCES) throw new RangeError(`sources may hold at most ${MAX_SOURCES}`)
    draft.sources = Object.freeze(sources)
    return this
  }

  /**
   * Adds a look-up in a reference database.
   *
   * @param databaseId - which one
   * @param facts - whether something was found, and what
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   * @example
   * ```ts
   * import { ReceiptCollector } from 'quittance'
   * const record = (c: ReceiptCollector) => c.addMatch('sanctions-list', { version: '2026-03-01', found: true, score: 0.91, threshold: 0.85, record: 'entry-77' })
   * ```
   */
  addMatch(databaseId: string, facts: MatchFacts): this {
    this.#open('addMatch')
    const { version: edition, hash, trust, ...match } = demandObject(facts, 'match') as unknown as MatchFacts
    return this.addSource({ type: 'reference_database', id: databaseId, version: edition, hash, trust, match })
  }

  /**
   * Records how this receipt comes to be written.
   *
   * @param capture - `method`: `manual`, `middleware`, `context`, `callback`, `proxy`, `import`
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setCapture(capture: Capture): this {
    const { draft } = this.#open('setCapture')
    const copy = copyMember(demandObject(capture, 'capture'), 'capture', MEMBER) as Capture
    hold(shapes.capture, copy, 'capture')
    draft.capture = copy
    return this
  }

  /**
   * Sets a member of your own at the top of the receipt; its strings are redacted.
   *
   * @param name - `x`, a capital letter, then letters and digits
   * @param value - JSON
   * @returns this
   * @throws TypeError when the name is another or the value is missing
   * @throws QuittanceError `RECEIPT_NOT_JSON`, `COLLECTOR_SEALED`
   */
  setExtension(name: `x${string}`, value: unknown): this {
    const { draft } = this.#open('setExtension')
    if (typeof name !== 'string' || !extensionName.test(name))
      throw new TypeError('extension must be named x, a capital, then letters and digits')
    if (value === undefined) throw new TypeError(`${name} must be given`)
    Object.assign(draft, { [name]: copyMember(value, name, MEMBER) })
    return this
  }
}
