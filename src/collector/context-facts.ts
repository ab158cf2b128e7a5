import { frozenCopy } from '../ledger/copy.js'
import { canonicalize } from '../receipt/canonical.js'
import { digestOf } from '../receipt/digest.js'
import * as shapes from '../receipt/schema/receipt.js'
import { digest, digestOrPseudonym, id, token, version } from '../receipt/schema/words.js'
import type { Capture, Tool, Usage } from '../receipt/types.js'
import {
  ALONE,
  copyMember,
  DETAIL,
  demandObject,
  demandText,
  demandWord,
  extensionName,
  hold,
  MEMBER,
  merged,
} from './arguments.js'
import { instant } from './instant.js'
import type { ModelFacts, TimingFacts, ToolFacts, TraceFacts } from './options.js'
import { readResponse } from './response.js'
import { demandOpen, type FactsState } from './state.js'
import { parseTraceparent } from './traceparent.js'

/** Who acted, for whom, when and with what. Each setter copies what it is given and returns the collector. */
export class ContextFacts {
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
   * @param stepIndex - as you count
   * @param attempt - as you count
   * @returns this
   * @throws TypeError when one is no integer from 0
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
   * Records how long it took, as you measured it. `startedAt` and `endedAt` are there without it.
   *
   * @param ms - milliseconds
   * @returns this
   * @throws TypeError when it is no such number
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setLatency(ms: number): this {
    this.#open('setLatency').draft.latencyMs = demandWord(shapes.receiptMembers.latencyMs, ms, 'latencyMs')
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
    if (Object.values(model).some((value) => value !== undefined)) {
      draft.model = merged(shapes.model, draft.model, model, 'model')
    }
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
   * @example
   * ```ts
   * import { ReceiptCollector } from 'quittance'
   * const record = (c: ReceiptCollector, message: { type: 'message'; model: string; stop_reason: string }) => c.setResponse(message)
   * ```
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
   * @param usage - members given replace those given before; the others stay
   * @returns this
   * @throws TypeError naming the member that is wrong
   * @throws QuittanceError `COLLECTOR_SEALED`
   */
  setUsage(usage: Usage): this {
    const { draft } = this.#open('setUsage')
    draft.usage = merged(shapes.usage, draft.usage, demandObject(usage, 'usage'), 'usage')
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
    const copy = copyMember(given, 'tool', MEMBER) as Tool
    hold(shapes.tool, copy, 'tool')
    draft.tool =
      definition === undefined
        ? copy
        : Object.freeze({
            ...copy,
            definitionDigest: digestOf(canonicalize(frozenCopy(definition, 'tool.definition', ALONE))),
          })
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
    else if (typeof state === 'object' && state !== null) {
      draft.stateDigest = digestOf(canonicalize(frozenCopy(state, 'state', ALONE)))
    } else throw new TypeError('state must be an object, an array, bytes or a digest')
    return this
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
    if (typeof name !== 'string' || !extensionName.test(name)) {
      throw new TypeError('extension must be named x, a capital, then letters and digits')
    }
    if (value === undefined) throw new TypeError(`${name} must be given`)
    Object.assign(draft, { [name]: copyMember(value, name, MEMBER) })
    return this
  }
}
