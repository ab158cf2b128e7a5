import type { Readable } from 'node:stream'
import { QuittanceError } from '../errors.js'
import type { ReceiptDraft } from '../ledger/draft.js'
import { environmentOf } from '../ledger/environment.js'
import type { AppendOptions, Sink } from '../ledger/types.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { demandContentOptions } from './arguments.js'
import { compose, contentDraft, demandComplete } from './compose.js'
import { gatherer } from './content.js'
import { context } from './context.js'
import { identityOf } from './identity.js'
import { type CollectorOptions, optionNames, type PipeOptions, type ReceiptRef } from './options.js'
import { OutcomeFacts } from './outcome-facts.js'
import { type Tap, tapNodeStream, tapWebStream } from './pipe.js'
import { beginState, demandOpen, type FactsState, recordError } from './state.js'

/** The output while it flows through `pipeOutput`. */
interface OpenPipe {
  /** Ends the recording; a second call does nothing. Gives back why the output can't be recorded, where it can't. */
  settle(cutOff: boolean): { readonly refused: unknown } | undefined
  readonly settled: Promise<void>
  isOpen: boolean
}

/**
 * Gathers the facts of one receipt, then hands them to a ledger. Its id is fixed from the beginning, so that `emit` may be
 * called again after a failure and there is still one receipt.
 *
 * @example
 * ```ts
 * import { createLedger, ReceiptCollector } from 'quittance'
 * import { localKey } from 'quittance/keys/local'
 * import { memoryStore } from 'quittance/store/memory'
 *
 * await using ledger = createLedger({ store: memoryStore(), keys: localKey({ ephemeral: true }), redactor: false })
 * const answer = await new ReceiptCollector({ ledger, tenantId: 'acme' }).run(async (receipt) => {
 *   receipt.setInput('May I have a loan?').addCheck('policy', { fired: false })
 *   receipt.setOutput('Yes.').setAction('allow')
 *   return 'Yes.'
 * })
 * ```
 */
export class ReceiptCollector extends OutcomeFacts implements AsyncDisposable {
  readonly #sink: Sink
  readonly #state: FactsState
  #pipe: OpenPipe | undefined
  #ran = false
  /** Whether the request has failed: then what can't be recorded is left out, and what still flows is cut. */
  #salvaging = false
  #drafting: Promise<ReceiptDraft> | undefined
  #drafted = false
  #emission: Promise<DecisionReceipt> | undefined
  #lastFault: { readonly error: unknown } | undefined

  /**
   * @param options - the ledger, for whom, and what caused this
   * @throws TypeError naming the option that is wrong
   */
  constructor(options: CollectorOptions) {
    refuseUnknownMembers(options, optionNames, 'options')
    const { ledger, tool } = options
    if (typeof ledger?.append !== 'function') throw new TypeError('ledger must have a method append')
    const environment = environmentOf(ledger)
    const state = beginState(identityOf(options, currentCollector(), environment), environment)
    super(state)
    this.#sink = ledger
    this.#state = state
    if (tool !== undefined) this.setTool(tool)
  }

  /** Where the receipt will stand, as plain JSON: what to keep or to send, and to give as `parent` or `addLink` later. */
  get ref(): ReceiptRef {
    const { chainId, tenantId, receiptId, traceId, sessionId, systemId } = this.#state.draft
    return Object.freeze({
      chainId,
      tenantId,
      receiptId,
      ...(traceId !== undefined && { traceId }),
      ...(sessionId !== undefined && { sessionId }),
      ...(systemId !== undefined && { systemId }),
    })
  }

  /** @returns the `ref`: what was gathered is never written anywhere but to the ledger */
  toJSON(): ReceiptRef {
    return this.ref
  }

  /**
   * Records a stream as the output while it flows to its consumer, and emits at its end, at an error or when the consumer
   * goes away. The consumer sees the end only once the receipt is durable, and an error instead where it could not be
   * written. A stream that is never read emits nothing.
   *
   * @param stream - a web stream; chunks that are neither strings nor bytes need `pick`
   * @param options - what stands beside the hash
   * @returns the stream for the consumer
   * @throws TypeError when the output is piped already or the stream is locked
   * @throws QuittanceError `COLLECTOR_SEALED`
   * @example
   * ```ts
   * import { ReceiptCollector } from 'quittance'
   * const respond = (c: ReceiptCollector, text: ReadableStream<string>) =>
   *   new Response(c.setAction('allow').pipeOutput(text).pipeThrough(new TextEncoderStream()))
   * ```
   */
  pipeOutput<T>(stream: ReadableStream<T>, options?: PipeOptions<T>): ReadableStream<T>
  /**
   * As the web form, for a Node stream.
   *
   * @param stream - a `Readable`, in object mode with `pick`
   * @param options - what stands beside the hash
   * @returns a `Readable` of the same mode and encoding
   */
  pipeOutput<T = unknown>(stream: Readable, options?: PipeOptions<T>): Readable
  pipeOutput<T>(stream: ReadableStream<T> | Readable, options: PipeOptions<T> = {}): ReadableStream<T> | Readable {
    demandOpen(this.#state, 'pipeOutput')
    if (this.#pipe) throw new TypeError('pipeOutput: the output is piped already')
    const beside = demandContentOptions(options, 'output')
    const { pick } = options
    const gather = gatherer('output')
    const pipe = this.#openPipe((cutOff) => {
      this.#state.draft.output = contentDraft(gather.finish(cutOff), beside, cutOff)
    })
    const tap: Tap<T> = {
      chunk: (chunk) => {
        const part = pick ? pick(chunk) : chunk
        if (pipe.isOpen && part !== undefined) gather.add(part)
      },
      ended: () => this.#pipeEnded(pipe),
      failed: (error) => this.#giveUp(error),
      cancelled: () => this.#pipeCancelled(pipe),
      warn: (error) => this.#warn(error),
      inContext: (read) => context.run(this, read),
    }
    const tapped = 'getReader' in stream ? tapWebStream(stream, tap) : tapNodeStream(stream, tap as Tap<unknown>)
    this.#pipe = pipe
    this.#state.piped = true
    this.#state.pending.delete('output')
    delete this.#state.draft.output
    return tapped
  }

  /**
   * Makes this collector the current one while `fn` runs and emits exactly one receipt: when `fn` returns, when it throws
   * (the error is recorded, then thrown on), or, after `pipeOutput`, at the stream's end. What can't be emitted rejects.
   * Put it round the handler, not round a framework's `next()`.
   *
   * @param fn - the work; may call `emit` itself
   * @returns what `fn` returned, once the receipt is durable; at once where the output is piped
   * @throws whatever `fn` threw
   * @throws QuittanceError why the receipt could not be written
   */
  async run<T>(fn: (collector: this) => T | Promise<T>): Promise<T> {
    demandOpen(this.#state, 'run')
    if (this.#ran) throw new TypeError('run was called already: a collector makes one receipt')
    this.#ran = true
    let value: T
    try {
      value = await context.run(this, () => fn(this))
    } catch (error) {
      await this.#giveUp(error)
      throw error
    }
    if (!this.#pipe?.isOpen) await this.#finish()
    return value
  }

  /**
   * Makes the draft and closes the collector for changes, for `ledger.appendAll`. Waits for streams that were given as content.
   *
   * @returns the draft, frozen; the same at every call
   * @throws QuittanceError `COLLECTOR_NO_ACTION`, `COLLECTOR_TOO_LARGE`, `COLLECTOR_STREAM`, `RECEIPT_INVALID`; the collector is then open again
   */
  draft(): Promise<ReceiptDraft> {
    this.#drafting ??= this.#makeDraft()
    return this.#drafting
  }

  /**
   * Makes the draft and appends it. After a failure it may be called again: the same draft is appended, and there is one
   * receipt. With an open `pipeOutput` it waits for the stream's end.
   *
   * @param options - a signal, and how long the ledger may take
   * @returns the sealed receipt, once it is durable; the same at every later call
   * @throws QuittanceError as `draft`, and as the ledger's `append`
   */
  emit(options?: AppendOptions): Promise<DecisionReceipt> {
    this.#emission ??= this.#append(options)
    return this.#emission
  }

  /**
   * Where nothing was emitted, seals a receipt that says so: `error: { code: 'NOT_EMITTED' }`. After `emit`, `draft` or an
   * open `pipeOutput` it does nothing.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    // an emit that was given up while its draft still waited for a stream left nothing behind
    const givenUp = this.#lastFault !== undefined && !this.#drafted && !this.#emission
    if ((this.#drafting && !givenUp) || this.#pipe?.isOpen) return
    this.#salvage()
    this.#state.draft.error ??= Object.freeze({ code: 'NOT_EMITTED' })
    await this.emit()
  }

  async #append(options: AppendOptions | undefined): Promise<DecisionReceipt> {
    try {
      const draft = await this.#unlessAborted(this.draft(), options?.signal)
      return await this.#sink.append(draft, options)
    } catch (error) {
      this.#emission = undefined
      this.#lastFault = { error }
      throw error
    }
  }

  async #makeDraft(): Promise<ReceiptDraft> {
    const { pending, draft } = this.#state
    this.#state.sealed = true
    try {
      await this.#pipe?.settled
      for (const [name, { content, options }] of pending) {
        const outcome = await content.outcome
        if ('refused' in outcome) {
          if (!this.#salvaging) throw outcome.refused
          if (outcome.refused !== this.#lastFault?.error) this.#warn(outcome.refused)
        } else {
          if ('fault' in outcome) this.#warn(this.#streamFault(name, outcome.fault))
          draft[name] = contentDraft(outcome.content, options, outcome.cutOff)
        }
        pending.delete(name)
      }
      demandComplete(this.#state)
      this.#drafted = true
      return compose(this.#state)
    } catch (error) {
      this.#state.sealed = false
      this.#drafting = undefined
      throw error
    }
  }

  /** Emits at the good end; where no draft can be made, the request fails for that reason, and that is what is recorded. */
  async #finish(): Promise<void> {
    try {
      await this.emit()
    } catch (error) {
      if (!this.#drafted) await this.#giveUp(error)
      throw error
    }
  }

  /** Records why the request failed and emits. Never rejects: the request's own error is what the caller gets. */
  async #giveUp(error: unknown): Promise<void> {
    this.#salvage()
    if (!this.#drafted && this.#state.draft.error === undefined) recordError(this.#state, error)
    if (this.#drafted && !this.#emission && this.#lastFault?.error === error) return
    try {
      await this.emit()
    } catch (fault) {
      this.#warn(fault)
    }
  }

  #salvage(): void {
    this.#salvaging = true
    this.#pipe?.settle(true)
    for (const { content } of this.#state.pending.values()) content.cut()
  }

  #openPipe(record: (cutOff: boolean) => void): OpenPipe {
    let settled: () => void = () => {}
    const pipe: OpenPipe = {
      isOpen: true,
      settled: new Promise<void>((resolve) => {
        settled = resolve
      }),
      settle(cutOff) {
        if (!pipe.isOpen) return undefined
        pipe.isOpen = false
        try {
          record(cutOff)
          return undefined
        } catch (refused) {
          return { refused }
        } finally {
          settled()
        }
      },
    }
    return pipe
  }

  async #pipeEnded(pipe: OpenPipe): Promise<void> {
    const unfit = pipe.settle(false)
    if (unfit) {
      await this.#giveUp(unfit.refused)
      throw unfit.refused
    }
    await this.#finish()
  }

  async #pipeCancelled(pipe: OpenPipe): Promise<void> {
    if (pipe.isOpen) {
      const unfit = pipe.settle(true)
      if (unfit) this.#warn(unfit.refused)
      const { draft } = this.#state
      if (draft.eventType === 'decision' && draft.action === undefined) {
        draft.error ??= Object.freeze({ code: 'STREAM_CANCELLED', source: 'client' })
      }
    }
    await this.#finish()
  }

  #warn(error: unknown): void {
    if (this.#sink.warn) this.#sink.warn(error)
    else
      process.emitWarning(
        error instanceof Error ? error : new Error('a receipt could not be written', { cause: error }),
      )
  }

  #streamFault(path: string, fault: unknown): QuittanceError {
    return new QuittanceError(
      'COLLECTOR_STREAM',
      `${path}: the stream failed; what came of it is recorded as partial`,
      {
        details: { path, reason: 'failed', receiptId: this.receiptId, chainId: this.#state.draft.chainId },
        cause: fault,
      },
    )
  }

  /** A stream that never ends must not keep a caller who has given up. */
  async #unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) return work
    let stop: () => void = () => {}
    const aborted = new Promise<never>((_resolve, reject) => {
      const { receiptId, chainId } = this.#state.draft
      stop = () =>
        reject(
          new QuittanceError('LEDGER_ABORTED', 'the emit was given up before its draft was made', {
            details: { outcome: 'absent', receiptId, chainId },
            cause: signal.reason,
          }),
        )
    })
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await Promise.race([work, aborted])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/**
 * The collector of the `run` that this code is called from, however deep, across awaits and timers.
 *
 * @returns the collector, or `undefined` outside of any `run`
 * @example
 * ```ts
 * import { currentCollector } from 'quittance'
 * const flag = (score: number) => currentCollector()?.addCheck('fraud', { op: 'gt', score, threshold: 0.9 })
 * ```
 */
export function currentCollector(): ReceiptCollector | undefined {
  return context.getStore() as ReceiptCollector | undefined
}
