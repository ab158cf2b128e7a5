/** From what a ledger tells to what is counted. */
import { QuittanceError } from '../errors.js'
import type { Ledger, LedgerEvents } from '../ledger/types.js'
import type { Instruments } from './instruments.js'
import { boundedLabel, codeOf, OTHER } from './labels.js'

const MAX_CODES = 100
const MAX_CHECKS = 50
const MAX_REDACTION_TYPES = 50
const MAX_PROVIDERS = 20

/** Answers of a compare-and-swap: the store did its work. */
const answers: ReadonlySet<string> = new Set(['STORE_CONFLICT', 'STORE_STATE_CONFLICT', 'STORE_ID_EXISTS'])

/** What is counted with. */
export interface CountOptions {
  readonly chain: boolean
  readonly tenant: boolean
  /** How many chains, and how many tenants, are shown by their names. */
  readonly maxLabelValues: number
}

/** The values that gauges read. */
export interface Standing {
  readonly heights: Map<string, number>
  readonly lastReceiptAt: Map<string, number>
}

type Handlers = { readonly [Name in keyof LedgerEvents]?: (event: LedgerEvents[Name]) => void }

const add = (counts: Map<string, number>, key: string, count: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

/**
 * @param instruments - where it is counted
 * @param options - which labels
 * @param standing - what gauges read; is changed
 * @returns what listens to each event; one for all ledgers, so that the bounds hold for the process
 */
export function createHandlers(instruments: Instruments, options: CountOptions, standing: Standing): Handlers {
  const codes = boundedLabel(MAX_CODES)
  const checks = boundedLabel(MAX_CHECKS)
  const redactionTypes = boundedLabel(MAX_REDACTION_TYPES)
  const providers = boundedLabel(MAX_PROVIDERS)
  const chains = boundedLabel(options.maxLabelValues, 'name')
  const tenants = boundedLabel(options.maxLabelValues, 'name')

  /** Counted by the batch: a metric costs more than a map. */
  const countContents = (receipts: LedgerEvents['appended']['receipts']): void => {
    const actions = new Map<string, number>()
    const redacted = new Map<string, number>()
    const looked = new Map<string, number>()
    const fired = new Map<string, number>()
    for (const receipt of receipts) {
      if (receipt.action !== undefined) add(actions, receipt.action, 1)
      for (const commitment of [receipt.input, receipt.output]) {
        for (const [type, count] of Object.entries(commitment?.redactions ?? {})) {
          add(redacted, redactionTypes(type), count)
        }
      }
      for (const check of receipt.checks ?? []) {
        const name = checks(check.name)
        add(looked, name, 1)
        if (check.fired) add(fired, name, 1)
        if (check.status !== undefined) instruments.checkErrors.inc({ check: name, status: check.status })
      }
    }
    for (const [action, count] of actions) instruments.actions.inc({ action }, count)
    for (const [type, count] of redacted) instruments.redactions.inc({ type }, count)
    for (const [check, count] of looked) {
      instruments.checks.inc({ check }, count)
      // 0 as well, so that a rate can be taken from the first one that fires
      instruments.checksFired.inc({ check }, fired.get(check) ?? 0)
    }
  }

  const countReceipts = (chain: string, receipts: LedgerEvents['appended']['receipts']): void => {
    const counts = new Map<string, number>()
    // neither an event type nor a tenant holds a space
    for (const { eventType, tenantId } of receipts)
      add(counts, options.tenant ? `${eventType} ${tenants(tenantId)}` : eventType, 1)
    for (const [key, count] of counts) {
      const [event_type = OTHER, tenant = OTHER] = key.split(' ')
      instruments.receipts.inc(
        { event_type, ...(options.chain ? { chain } : {}), ...(options.tenant ? { tenant } : {}) },
        count,
      )
    }
  }

  return {
    appended({ chainId, receipts, waitedMs }) {
      const chain = options.chain ? chains(chainId) : ''
      countReceipts(chain, receipts)
      countContents(receipts)
      instruments.batchReceipts.observe(receipts.length)
      for (const ms of waitedMs) instruments.appendSeconds.observe(ms / 1_000)
      const height = (receipts.at(-1)?.seq ?? -1) + 1
      // one chain may become shorter, when a rollback was accepted; of many the longest is shown
      const alone = chain !== '' && chain !== OTHER
      standing.heights.set(chain, alone ? height : Math.max(height, standing.heights.get(chain) ?? 0))
      standing.lastReceiptAt.set(chain, Date.now() / 1_000)
    },
    signed({ provider, count, durationMs }) {
      const label = { provider: providers(provider) }
      instruments.signatures.inc(label, count)
      instruments.signSeconds.observe(label, durationMs / 1_000)
    },
    stored({ operation, durationMs, error }) {
      if (operation === 'append') instruments.appends.inc()
      instruments.storeSeconds.observe({ operation }, durationMs / 1_000)
      if (error === undefined) return
      const code = codeOf(error)
      if (!answers.has(code)) instruments.storeFailures.inc({ operation, code: codes(code) })
    },
    failed({ error }) {
      const outcome = (QuittanceError.is(error) ? error.details.outcome : undefined) ?? 'unstated'
      instruments.appendFailures.inc({ code: codes(codeOf(error)), outcome })
    },
    conflict() {
      instruments.conflicts.inc()
    },
    retry({ error }) {
      instruments.retries.inc({ code: codes(codeOf(error)) })
    },
    rolled_back({ outcome, lost }) {
      instruments.rolledBack.inc({ outcome })
      instruments.rolledBackReceipts.inc({ outcome }, lost.length)
    },
    outbox({ phase, count }) {
      if (phase === 'accepted') instruments.outboxAccepted.inc(count)
      if (phase === 'drained') instruments.outboxDrained.inc(count)
    },
    warning({ error }) {
      instruments.warnings.inc({ code: codes(codeOf(error)) })
    },
  }
}

/**
 * @param ledger - is listened to
 * @param handlers - from `createHandlers`
 * @returns a function that stops listening
 */
export function listen(ledger: Ledger, handlers: Handlers): () => void {
  const on = <Name extends keyof LedgerEvents>(name: Name): (() => void) => {
    const handler = handlers[name]
    return handler === undefined ? () => undefined : ledger.on(name, handler, { passive: true })
  }
  const stops = (Object.keys(handlers) as (keyof LedgerEvents)[]).map((name) => on(name))
  return () => {
    for (const stop of stops) stop()
  }
}
