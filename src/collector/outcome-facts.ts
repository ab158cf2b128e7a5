import { frozenCopy } from '../ledger/copy.js'
import * as shapes from '../receipt/schema/receipt.js'
import { token } from '../receipt/schema/words.js'
import type { Action, Decision } from '../receipt/types.js'
import {
  copyMember,
  DETAIL,
  demandContentOptions,
  demandObject,
  demandText,
  demandWord,
  extensionName,
  hold,
  MEMBER,
  merged,
} from './arguments.js'
import { contentDraft } from './compose.js'
import { takeContent } from './content.js'
import { ContextFacts } from './context-facts.js'
import { checkOf, sourceOf } from './entries.js'
import { linkTo } from './identity.js'
import type {
  CheckFacts,
  ContentOptions,
  DetailName,
  ErrorFacts,
  LinkTarget,
  MatchFacts,
  OversightFacts,
  SourceFacts,
} from './options.js'
import { demandOpen, type FactsState, recordError } from './state.js'

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

/** The parts of `details` that `setDetail` sets; the others have setters of their own. */
const settable: ReadonlySet<string> = new Set(['rationale', 'factors', 'config', 'groups', 'disclosures'])

/** What was decided on, what came out and why. Each setter copies what it is given and returns the collector. */
export class OutcomeFacts extends ContextFacts {
  readonly #state: FactsState

  /** @internal */
  constructor(state: FactsState) {
    super(state)
    this.#state = state
  }

  #open(setter: string): FactsState {
    demandOpen(this.#state, setter)
    return this.#state
  }

  #content(setter: string, name: 'input' | 'output', value: unknown, options: ContentOptions): void {
    const { draft, pending, piped } = this.#open(setter)
    if (name === 'output' && piped) throw new TypeError('setOutput: the output comes through pipeOutput already')
    const beside = demandContentOptions(options, name)
    const taken = takeContent(value, name)
    if ('pending' in taken) {
      delete draft[name]
      pending.set(name, { content: taken.pending, options: beside })
    } else {
      pending.delete(name)
      draft[name] = contentDraft(taken.content, beside, false)
    }
  }

  /**
   * Records what was decided on. A stream is read from now on; text of a stream is kept until the draft is made (16 MiB),
   * bytes are hashed as they come.
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
   * be given. Where checks of one name have details, these stand one a line, in order.
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
    const { check, detail } = checkOf(name, facts, `checks[${draft.checks?.length ?? 0}]`)
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
    if (shapes.action.check(action)) {
      throw new TypeError('action must be allow, reject, fail_retry, cache_hit, escalate or bypass')
    }
    if (!withAction.has(draft.eventType)) throw new TypeError(`action does not belong to eventType ${draft.eventType}`)
    draft.action = action
    return this
  }

  /**
   * Records what kind of decision it was and how it fell out. Members given replace those given before; the others stay.
   *
   * @param decision - the facts; `confidence` with at most 4 decimals
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setDecision(decision: Decision): this {
    const { draft } = this.#open('setDecision')
    const { confidence } = demandObject(decision, 'decision') as Decision
    if (typeof confidence === 'number' && Number(confidence.toFixed(4)) !== confidence) {
      throw new TypeError('decision.confidence has more than 4 decimals: round it')
    }
    draft.decision = merged(shapes.decision, draft.decision, decision, 'decision')
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
   * Records what a person did about a decision; belongs to a collector of eventType `human_oversight`, with a link
   * `about` to the sealed receipt.
   *
   * @param facts - `kind`, who and what they said
   * @returns this
   * @throws TypeError on another event type, without a reviewer, or naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   * @example
   * ```ts
   * import { type DecisionReceipt, type Ledger, ReceiptCollector } from 'quittance'
   * const approve = (ledger: Ledger, receipt: DecisionReceipt, reviewer: string) =>
   *   new ReceiptCollector({ ledger, parent: receipt, eventType: 'human_oversight' })
   *     .addLink('about', receipt)
   *     .setHumanOversight({ kind: 'approval', reviewer, comment: 'Income confirmed by phone.' })
   *     .emit()
   * ```
   */
  setHumanOversight(facts: OversightFacts): this {
    const { draft, details } = this.#open('setHumanOversight')
    if (draft.eventType !== 'human_oversight') {
      throw new TypeError(
        "humanOversight is a receipt of its own: new ReceiptCollector({ eventType: 'human_oversight', parent: receipt, … })" +
          ".addLink('about', receipt).setHumanOversight(…)",
      )
    }
    const copy = copyMember(demandObject(facts, 'humanOversight'), 'humanOversight', MEMBER) as OversightFacts
    const { comment, ...given } = copy
    const { reviewer, ...rest } = given
    if ('reviewerId' in rest) throw new TypeError("humanOversight.reviewerId is the ledger's to write: give reviewer")
    hold(shapes.humanOversight, rest, 'humanOversight')
    if (reviewer !== undefined) demandText(reviewer, 'humanOversight.reviewer')
    else if (given.kind !== 'request') throw new TypeError('humanOversight.reviewer is required unless kind is request')
    if (comment === undefined) delete details.oversight
    else details.oversight = Object.freeze({ comment: demandText(comment, 'humanOversight.comment') })
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
   * @param source - `type` and `id` at least; `match.record` is a person's record as you know it, of which only a keyed
   * pseudonym reaches the receipt
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws RangeError when it would be the 129th
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  addSource(source: SourceFacts): this {
    const { draft } = this.#open('addSource')
    const before = draft.sources ?? []
    if (before.length >= MAX_SOURCES) throw new RangeError(`sources may hold at most ${MAX_SOURCES}`)
    draft.sources = Object.freeze([...before, sourceOf(source, `sources[${before.length}]`)])
    return this
  }

  /**
   * Adds a look-up in a reference database.
   *
   * @param databaseId - which one
   * @param facts - whether something was found, and what
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws RangeError when it would be the 129th source
   * @throws QuittanceError `COLLECTOR_SEALED`
   * @example
   * ```ts
   * import { ReceiptCollector } from 'quittance'
   * const record = (c: ReceiptCollector) =>
   *   c.addMatch('sanctions-list', { version: '2026-03-01', found: true, score: 0.91, threshold: 0.85, record: 'entry-77' })
   * ```
   */
  addMatch(databaseId: string, facts: MatchFacts): this {
    this.#open('addMatch')
    const { version, hash, trust, ...match } = demandObject(facts, 'match') as unknown as MatchFacts
    return this.addSource({ type: 'reference_database', id: databaseId, version, hash, trust, match })
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
    const copy = frozenCopy(demandObject(metadata, 'metadata'), 'details.metadata', DETAIL) as typeof metadata
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
        'detail must be rationale, factors, config, groups, disclosures, or x and a capital; the others have setters of their own',
      )
    }
    if (value === undefined) throw new TypeError(`details.${name} must be given`)
    const copy = frozenCopy(value, `details.${name}`, DETAIL)
    hold(shapes.details, { salt: '0'.repeat(64), [name]: copy }, 'details')
    Object.assign(details, { [name]: copy })
    return this
  }
}
