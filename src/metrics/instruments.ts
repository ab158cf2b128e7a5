/** Every metric there is: names, helps, labels, buckets. `docs/operations.md` has the same list for people. */
import { Counter, Gauge, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client'
import type { ErrorCode } from '../errors.js'
import { eventTypes } from '../receipt/event-types.js'
import { incompleteCodes, invalidCodes } from '../verify/types.js'

/** A registry of prom-client, for either text format. */
export type MetricsRegistry = Registry | Registry<OpenMetricsContentType>

/** What is read at each scrape; a chain's name is the key, or the empty text where the label is off. */
export interface Readings {
  pending(): number
  limit(): number
  outbox(): number
  /** In seconds since 1970; `undefined` where no receipt lies in an outbox. */
  outboxOldestAt(): number | undefined
  readonly heights: ReadonlyMap<string, number>
  /** In seconds since 1970. */
  readonly lastReceiptAt: ReadonlyMap<string, number>
}

/** What is wanted. */
export interface InstrumentOptions {
  readonly prefix: string
  readonly chain: boolean
  readonly tenant: boolean
}

const SIGN_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const STORE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const APPEND_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const BATCH_RECEIPTS = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** Shown as 0 from the start: an alert on a counter that begins with its first fault would miss that one. */
const begin = {
  appendFailures: [
    'LEDGER_OVERLOADED',
    'PII_IN_IDENTIFIER',
    'LEDGER_REDACTION_FAILED',
    'LEDGER_TIMEOUT',
    'KEY_SIGNING_FAILED',
    'STORE_BAD_HEAD',
    'STORE_CORRUPT',
    'STORE_FULL',
    'STORE_ROLLED_BACK',
    'STORE_UNSAFE',
  ],
  storeFailures: ['STORE_DURABILITY', 'STORE_UNAVAILABLE'],
  retries: ['KEY_UNAVAILABLE', 'STORE_DURABILITY', 'STORE_UNAVAILABLE'],
  warnings: ['STORE_CLOCK'],
} as const satisfies Record<string, readonly ErrorCode[]>

/** The labels that say where a receipt stands. */
export type Place = 'chain' | 'tenant'

/** Registers something and takes it back when a later one can't be registered. */
function createMaker(registry: MetricsRegistry, prefix: string) {
  const made: string[] = []
  const config = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) => {
    const full = prefix + name
    if (registry.getSingleMetric(full) !== undefined)
      throw new TypeError(`registry has a metric ${full} already, which is not of this package: give another prefix`)
    made.push(full)
    return { name: full, help, labelNames, registers: [registry] }
  }
  return {
    counter: <Label extends string = never>(name: string, help: string, labels: readonly Label[] = []) =>
      new Counter<Label>(config(name, help, labels)),
    histogram: <Label extends string = never>(
      name: string,
      help: string,
      buckets: number[],
      labels: readonly Label[] = [],
    ) => new Histogram<Label>({ ...config(name, help, labels), buckets: [...buckets] }),
    gauge: <Label extends string = never>(
      name: string,
      help: string,
      labels: readonly Label[] = [],
      more: { readonly aggregator?: 'max' | 'min'; readonly collect?: (this: Gauge<Label>) => void } = {},
    ) => new Gauge<Label>({ ...config(name, help, labels), ...more }),
    undo() {
      for (const name of made) registry.removeSingleMetric(name)
    },
  }
}

/** Shows a value a chain, and nothing before there is one: 0 would say "1970". */
const showing = (values: ReadonlyMap<string, number>) =>
  function (this: Gauge<'chain'>): void {
    this.reset()
    for (const [chain, value] of values) this.set(chain === '' ? {} : { chain }, value)
  }

const showingSole = (values: ReadonlyMap<string, number>) =>
  function (this: Gauge<'chain'>): void {
    const value = values.get('')
    if (value === undefined) this.remove()
    else this.set(value)
  }

function make(maker: ReturnType<typeof createMaker>, { chain, tenant }: InstrumentOptions, readings: Readings) {
  const { counter, gauge, histogram } = maker
  const place: Place[] = [...(chain ? (['chain'] as const) : []), ...(tenant ? (['tenant'] as const) : [])]
  const perChain = chain ? (['chain'] as const) : []
  const show = chain ? showing : showingSole
  return {
    receipts: counter<'event_type' | Place>(
      'receipts_total',
      "Receipts that became durable, the ledger's own included.",
      ['event_type', ...place],
    ),
    actions: counter('actions_total', 'Durable receipts by what the system did with the decision.', ['action']),
    appends: counter('appends_total', "Calls of the store's append that ended, in success or failure."),
    appendFailures: counter(
      'append_failures_total',
      'Receipts whose caller was told an error, by its code and by what is known of the receipt.',
      ['code', 'outcome'],
    ),
    appendSeconds: histogram(
      'append_duration_seconds',
      'Time in the queue: from the append of a receipt until it was durable.',
      APPEND_SECONDS,
    ),
    batchReceipts: histogram('batch_receipts', 'Receipts that became durable together.', BATCH_RECEIPTS),
    queueDepth: gauge('queue_depth', 'Receipts that somebody waits for.', [], {
      collect() {
        this.set(readings.pending())
      },
    }),
    queueLimit: gauge('queue_limit', 'The most receipts that may wait before appends are refused.', [], {
      collect() {
        this.set(readings.limit())
      },
    }),
    outboxReceipts: gauge('outbox_receipts', 'Receipts in an outbox that are not in the store yet.', [], {
      collect() {
        this.set(readings.outbox())
      },
    }),
    outboxOldest: gauge(
      'outbox_oldest_timestamp_seconds',
      'When the oldest receipt in an outbox was sealed, in seconds since 1970.',
      [],
      {
        aggregator: 'min',
        collect() {
          const at = readings.outboxOldestAt()
          if (at === undefined) this.remove()
          else this.set(at)
        },
      },
    ),
    outboxAccepted: counter('outbox_accepted_total', 'Receipts that an outbox took because the store was away.'),
    outboxDrained: counter('outbox_drained_total', 'Receipts that went from an outbox into the store.'),
    conflicts: counter('conflicts_total', 'Batches that were linked anew because another writer was faster.'),
    retries: counter('retries_total', 'Attempts that were repeated after a fault that may pass.', ['code']),
    rolledBack: counter('rolled_back_total', 'Times that a store was found to have lost acknowledged receipts.', [
      'outcome',
    ]),
    rolledBackReceipts: counter(
      'rolled_back_receipts_total',
      'Receipts that a store had lost: restored, or recorded as lost.',
      ['outcome'],
    ),
    signatures: counter('signatures_total', 'Receipts that were signed.', ['provider']),
    signSeconds: histogram('sign_duration_seconds', 'Time to sign a batch.', SIGN_SECONDS, ['provider']),
    storeSeconds: histogram('store_duration_seconds', 'Time of a call of the store.', STORE_SECONDS, ['operation']),
    storeFailures: counter(
      'store_failures_total',
      'Calls of the store that failed. A compare-and-swap that another writer won is no failure.',
      ['operation', 'code'],
    ),
    redactions: counter('redactions_total', 'Values that were redacted from inputs and outputs.', ['type']),
    checks: counter('checks_total', 'Checks in durable receipts.', ['check']),
    checksFired: counter('checks_fired_total', 'Checks that fired.', ['check']),
    checkErrors: counter('check_errors_total', 'Checks that did not come to a result.', ['check', 'status']),
    warnings: counter('warnings_total', 'Faults of a ledger that could not be thrown at anybody.', ['code']),
    chainHeight: gauge(
      'chain_height',
      chain
        ? 'Receipts in the chain, pruned ones included, when this process last wrote to it.'
        : 'Receipts in the longest chain that this process wrote to, pruned ones included.',
      perChain,
      { aggregator: 'max', collect: show(readings.heights) },
    ),
    lastReceipt: gauge(
      'last_receipt_timestamp_seconds',
      'When this process last made a receipt durable, in seconds since 1970.',
      perChain,
      { aggregator: 'max', collect: show(readings.lastReceiptAt) },
    ),
    verifications: counter('verifications_total', 'Verifications by verdict.', ['verdict']),
    verifiedReceipts: counter('verified_receipts_total', 'Receipts or lines that a verification looked at.'),
    problems: counter('verification_problems_total', 'Problems that verifications found.', ['code']),
    lastVerification: gauge(
      'last_verification_timestamp_seconds',
      'When a verification last came to that verdict, in seconds since 1970.',
      ['verdict'],
      { aggregator: 'max' },
    ),
  }
}

/** Every metric, registered. */
export type Instruments = ReturnType<typeof make>

function beginWithZero(instruments: Instruments, { chain, tenant }: InstrumentOptions): void {
  if (!chain && !tenant) for (const event_type of eventTypes) instruments.receipts.inc({ event_type }, 0)
  for (const code of begin.appendFailures)
    for (const outcome of ['absent', 'unknown']) instruments.appendFailures.inc({ code, outcome }, 0)
  for (const code of begin.storeFailures) instruments.storeFailures.inc({ operation: 'append', code }, 0)
  for (const code of begin.retries) instruments.retries.inc({ code }, 0)
  for (const code of begin.warnings) instruments.warnings.inc({ code }, 0)
  for (const outcome of ['restored', 'recorded']) {
    instruments.rolledBack.inc({ outcome }, 0)
    instruments.rolledBackReceipts.inc({ outcome }, 0)
  }
  for (const verdict of ['VALID', 'INVALID', 'INCOMPLETE']) instruments.verifications.inc({ verdict }, 0)
  for (const code of [...invalidCodes, ...incompleteCodes]) instruments.problems.inc({ code }, 0)
}

/**
 * Registers all metrics, or none.
 *
 * @param registry - prom-client's
 * @param options - prefix and labels
 * @param readings - what is asked at each scrape
 * @returns the metrics
 * @throws TypeError when the registry has one of these names already
 */
export function createInstruments(
  registry: MetricsRegistry,
  options: InstrumentOptions,
  readings: Readings,
): Instruments {
  const maker = createMaker(registry, options.prefix)
  try {
    const instruments = make(maker, options, readings)
    beginWithZero(instruments, options)
    return instruments
  } catch (error) {
    maker.undo()
    throw error
  }
}
