/** Metrics of ledgers and verifications for Prometheus: the subpath `quittance/metrics/prometheus`. */
import { register } from 'prom-client'
import type { Ledger } from '../ledger/types.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { incompleteCodes, invalidCodes, type VerifyResult } from '../verify/types.js'
import { createInstruments, type Instruments, type MetricsRegistry } from './instruments.js'
import { createHandlers, listen } from './listen.js'

export type { MetricsRegistry } from './instruments.js'

/** How metrics are kept. */
export interface PrometheusOptions {
  /** Default: prom-client's own default registry. */
  readonly registry?: MetricsRegistry | undefined
  /** Labels that cost a time series a value; both are off by default. */
  readonly labels?:
    | {
        /** On `receipts_total`, `chain_height` and `last_receipt_timestamp_seconds`. */
        readonly chain?: boolean | undefined
        /** On `receipts_total`. */
        readonly tenant?: boolean | undefined
      }
    | undefined
  /** How many chains, and how many tenants, are shown by name where the label is on; the others are `other`. Default 1,000. */
  readonly maxLabelValues?: number | undefined
  /** What every name begins with; default `quittance_`. */
  readonly prefix?: string | undefined
}

/** Where ledgers and verifications are counted. */
export interface PrometheusMetrics {
  /** What is to be scraped: `await registry.metrics()`, with `registry.contentType`. */
  readonly registry: MetricsRegistry
  /**
   * Counts what a ledger does. Several ledgers add up; the same one twice counts once.
   *
   * @param ledger - is listened to, never changed
   * @returns a function that stops it; call it for a ledger that is closed long before its process
   * @throws TypeError when it is no ledger
   */
  observe(ledger: Ledger): () => void
  /**
   * Counts a verdict and the problems by code.
   *
   * @param result - what `verifyChain`, `verifyFile` or `verifyReceipt` gave
   * @throws TypeError when it is none
   */
  verified(result: Pick<VerifyResult, 'verdict' | 'checked' | 'counts'>): void
}

const names = { registry: true, labels: true, maxLabelValues: true, prefix: true } satisfies Record<
  keyof PrometheusOptions,
  true
>

interface Checked {
  readonly registry: MetricsRegistry
  readonly chain: boolean
  readonly tenant: boolean
  readonly maxLabelValues: number
  readonly prefix: string
}

function checked(options: PrometheusOptions): Checked {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, names, 'options')
  const { registry = register, labels = {}, maxLabelValues = 1_000, prefix = 'quittance_' } = options
  if (typeof registry?.registerMetric !== 'function') throw new TypeError('registry must be a Registry of prom-client')
  if (typeof labels !== 'object' || labels === null) throw new TypeError('labels must be an object')
  refuseUnknownMembers(labels, { chain: true, tenant: true }, 'options.labels')
  const { chain = false, tenant = false } = labels
  if (typeof chain !== 'boolean' || typeof tenant !== 'boolean')
    throw new TypeError('labels.chain and labels.tenant must be true or false')
  if (!Number.isSafeInteger(maxLabelValues) || maxLabelValues < 1)
    throw new RangeError('maxLabelValues must be a positive integer')
  if (typeof prefix !== 'string' || !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(prefix))
    throw new RangeError('prefix must be letters, digits and _, the first no digit')
  return { registry, chain, tenant, maxLabelValues, prefix }
}

function create({ registry, chain, tenant, maxLabelValues, prefix }: Checked): Known {
  const observed = new Map<Ledger, { count: number; stop(): void }>()
  const standing = { heights: new Map<string, number>(), lastReceiptAt: new Map<string, number>() }
  const sum = (of: (ledger: Ledger) => number): number =>
    [...observed.keys()].reduce((total, ledger) => total + of(ledger), 0)
  const instruments = createInstruments(
    registry,
    { prefix, chain, tenant },
    {
      pending: () => sum((ledger) => ledger.pending),
      limit: () => sum((ledger) => ledger.maxQueued),
      outbox: () => sum((ledger) => ledger.outboxStatus()?.receipts ?? 0),
      outboxOldestAt() {
        const times = [...observed.keys()].flatMap((ledger) => ledger.outboxStatus()?.oldest ?? [])
        return times.length === 0 ? undefined : Math.min(...times.map((time) => Date.parse(time))) / 1_000
      },
      ...standing,
    },
  )
  const handlers = createHandlers(instruments, { chain, tenant, maxLabelValues }, standing)

  const metrics: PrometheusMetrics = {
    registry,
    observe(ledger) {
      if (typeof ledger?.on !== 'function') throw new TypeError('ledger must be a Ledger')
      const known = observed.get(ledger) ?? { count: 0, stop: listen(ledger, handlers) }
      known.count += 1
      observed.set(ledger, known)
      let stopped = false
      return () => {
        if (stopped) return
        stopped = true
        known.count -= 1
        if (known.count > 0) return
        known.stop()
        observed.delete(ledger)
      }
    },
    verified(result) {
      const { verdict, checked: looked, counts } = result ?? {}
      if (!['VALID', 'INVALID', 'INCOMPLETE'].includes(verdict) || typeof counts !== 'object')
        throw new TypeError('result must be what a verification gave')
      instruments.verifications.inc({ verdict })
      instruments.lastVerification.set({ verdict }, Date.now() / 1_000)
      instruments.verifiedReceipts.inc(looked)
      for (const code of [...invalidCodes, ...incompleteCodes]) {
        const count = counts[code]
        if (count !== undefined) instruments.problems.inc({ code }, count)
      }
    },
  }
  return { metrics, settings: JSON.stringify({ chain, tenant, maxLabelValues }), instruments }
}

interface Known {
  readonly metrics: PrometheusMetrics
  readonly settings: string
  readonly instruments: Instruments
}

/** By registry and prefix, so that two parts of a program that each set up metrics share them. */
const made = new WeakMap<MetricsRegistry, Map<string, Known>>()

/**
 * Registers the metrics of quittance. The same registry and prefix again give the same metrics.
 *
 * @param options - registry, labels and prefix
 * @returns what observes ledgers and counts verdicts
 * @throws TypeError, RangeError naming the option that is wrong; TypeError when the registry has metrics of these names
 *   with other labels, or from elsewhere
 * @example
 * ```ts
 * import type { Ledger } from 'quittance'
 * import { prometheusMetrics } from 'quittance/metrics/prometheus'
 *
 * export async function scrape(ledger: Ledger): Promise<string> {
 *   const metrics = prometheusMetrics()
 *   metrics.observe(ledger)
 *   return metrics.registry.metrics()
 * }
 * ```
 */
export function prometheusMetrics(options: PrometheusOptions = {}): PrometheusMetrics {
  const wanted = checked(options)
  const { registry, prefix, chain, tenant, maxLabelValues } = wanted
  const ofRegistry = made.get(registry) ?? new Map<string, Known>()
  const known = ofRegistry.get(prefix)
  // a registry that was cleared has them no more
  if (known !== undefined && registry.getSingleMetric(`${prefix}receipts_total`) === known.instruments.receipts) {
    if (known.settings !== JSON.stringify({ chain, tenant, maxLabelValues }))
      throw new TypeError('registry has these metrics already, with other labels or another maxLabelValues')
    return known.metrics
  }
  const fresh = create(wanted)
  ofRegistry.set(prefix, fresh)
  made.set(registry, ofRegistry)
  return fresh.metrics
}
