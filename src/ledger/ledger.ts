/** The one place that seals and appends: store, keys, redactor and queues put together. */
import type { KeyProvider } from '../keys/provider.js'
import { id as idShape } from '../receipt/schema/words.js'
import type { SystemEvent } from '../receipt/types.js'
import { createRecent } from './acknowledged.js'
import { appendAll } from './append-all.js'
import { createCapacity } from './capacity.js'
import type { Parts } from './chain.js'
import { closeAll } from './closing.js'
import { createDesk } from './desk.js'
import { bindEnvironment, type Environment, realEnvironment } from './environment.js'
import { eraseDetails } from './erase.js'
import { createEvents } from './events.js'
import { withFurtherLooks } from './further-looks.js'
import { checkHealthOptions, health, MAX_LOOKED_AT } from './health.js'
import { hold, release, standingHolds } from './holds.js'
import { revoke, rotate } from './key-events.js'
import { createKeyrings } from './keyrings.js'
import { checkedOptions } from './ledger-options.js'
import { rollbackEvents } from './linking.js'
import { observedStore } from './observed-store.js'
import { createPreparer } from './prepare.js'
import { prove } from './prove.js'
import { report } from './reported.js'
import { prune } from './retention.js'
import { createSecrets, pseudonymOf } from './secret.js'
import { succeed } from './succession.js'
import type { Ledger, LedgerOptions } from './types.js'
import { createWhenAway } from './when-away.js'

/**
 * Puts a ledger together in an environment of its own; for `quittance/testing`.
 *
 * @param options - as `createLedger`
 * @param environment - clock, ids and random bytes
 * @returns the ledger
 * @throws as `createLedger`
 */
export function createLedgerWith(options: LedgerOptions, environment: Environment): Ledger {
  const { store, keys, redactor, keyring, secret, commitment, retentionDays, maxQueued, timeoutMs, operator } =
    checkedOptions(options)
  const events = createEvents()
  const warn = (error: unknown): void => events.emit('warning', { error })
  const secrets = createSecrets(secret, () => environment.now(), warn)
  const preparer = createPreparer({ redactor, secrets, commitment, environment })
  const keyrings = createKeyrings(keyring, keys)
  const whenAway = createWhenAway(observedStore(store, events), options.outbox, () => environment.now())
  const parts: Parts = {
    store: whenAway.store,
    environment,
    events,
    keyrings,
    preparer,
    recent: createRecent(),
    capacity: createCapacity(),
    retentionDays,
    retentionOverride: options.retentionOverride?.reason,
    operator,
  }
  const desk = createDesk(parts, keys, { maxQueued, timeoutMs })
  const { append, outbox } = whenAway.over({ parts, desk, keys, maxQueued, timeoutMs })
  const owned = new Set<KeyProvider>()
  const own = (provider: KeyProvider): void => {
    if (!owned.has(provider)) provider.onWarning?.(warn)
    owned.add(provider)
  }
  own(keys)
  let closing: Promise<void> | undefined

  const noted =
    <E extends SystemEvent['event']>(event: E) =>
    (given: Omit<SystemEvent & { readonly event: E }, 'event'>): (() => { eventType: 'system'; system: SystemEvent }) =>
    () => ({ eventType: 'system', system: { event, ...given } as SystemEvent })

  const ledger: Ledger = {
    store,
    maxQueued,
    get pending() {
      return desk.pending
    },

    append,
    appendAll: (items, given) => appendAll(ledger, items, given),

    keyring: async () => keyrings.current(),
    async subjectId(tenantId, id) {
      if (idShape.check(tenantId)) throw new RangeError('tenantId must be an id')
      if (typeof id !== 'string' || id === '' || !id.isWellFormed())
        throw new RangeError('id must be a text that is not empty')
      return pseudonymOf(await secrets.current(), 'subject', tenantId, id)
    },

    prove: async (content, receipt, member = 'input') =>
      prove(content, receipt, member, preparer.redaction(receipt.tenantId), () => secrets.current()),

    rotate: (chainId, { to, ...given }) => rotate(parts, desk, chainId, to, given, own),
    revoke: (chainId, { keyId, effectiveAt, reason, ...given }) =>
      revoke(parts, desk, chainId, { keyId, effectiveAt, reason }, given),
    succeed: (chainId, { reason, chainId: successor, ...given }) =>
      desk.track(succeed(parts, desk, chainId, { reason, successor }, given)),
    prune: (chainId, given) => desk.track(prune(parts, desk, chainId, given)),
    eraseDetails: (chainId, receiptId, given) => desk.track(eraseDetails(parts, desk, chainId, receiptId, given)),

    note: (chainId, { code, count }, given) => desk.submitOwn(chainId, noted('notice')({ code, count }), given),
    gap: (chainId, { from, to, reason, count, rate }, given) =>
      desk.submitOwn(chainId, noted('gap')({ from, to, reason, count, rate }), given),
    change: (chainId, { what, from, to, substantial }, given) =>
      desk.submitOwn(chainId, noted('change')({ what, from, to, substantial }), given),
    heartbeat: (chainId, { dropped } = {}, given) => desk.submitOwn(chainId, noted('heartbeat')({ dropped }), given),
    checkpoint: (chainId, { origin, size, rootHash }, given) =>
      // its form is checked with the receipt's
      desk.submitOwn(chainId, noted('checkpoint')({ origin, size, rootHash: rootHash as `sha256:${string}` }), given),
    report: (chainId, made, given) => desk.track(report(parts, desk, chainId, made, given)),
    hold: (chainId, terms, given) => desk.track(hold(parts, desk, chainId, terms, given)),
    release: (chainId, terms, given) => desk.track(release(parts, desk, chainId, terms, given)),
    holds: (chainId, { signal } = {}) => standingHolds(parts, chainId, signal),
    acceptRollback: (chainId, given) =>
      desk.submitOwn(
        chainId,
        ({ lost }) => {
          const last = rollbackEvents(lost).at(-1)
          if (last === undefined) throw new RangeError('chainId must name a chain that was rolled back')
          return { eventType: 'system', system: last }
        },
        given,
        { alone: true, acceptsRollback: true },
      ),

    drain: async () => outbox?.drain() ?? { chains: 0, receipts: 0 },
    outboxStatus: () => outbox?.status(),
    async health(given = {}) {
      const { chains = desk.openChains(MAX_LOOKED_AT), timeoutMs: lookMs, signal } = given
      checkHealthOptions(given)
      const patient = {
        store,
        environment,
        chains,
        keyrings,
        providerOf: (chainId?: string) => (chainId === undefined ? keys : desk.providerOf(chainId)),
        queue: () => ({ pending: desk.pending, maxQueued, closed: desk.closed }),
        secrets,
        outbox,
        remembered: desk.remembered,
      }
      return withFurtherLooks(ledger, await health(patient, { signal, timeoutMs: lookMs }))
    },
    on: events.on,
    warn,
    close(given = {}) {
      closing ??= closeAll({ desk, store, outbox, providers: () => owned, warn }, given.timeoutMs ?? timeoutMs)
      return closing
    },
    [Symbol.asyncDispose]: () => ledger.close(),
  }
  bindEnvironment(ledger, environment)
  return ledger
}

/**
 * Makes a ledger. It opens nothing: store and key are asked at the first append.
 *
 * @param options - `store`, `keys` and `redactor` are required
 * @returns the ledger, which owns store and keys and closes them
 * @throws TypeError, RangeError naming the option that is wrong
 * @throws QuittanceError `KEY_EPHEMERAL` where the store outlives the key, `LEDGER_SECRET_REQUIRED`
 * @example
 * ```ts
 * import { createLedger } from 'quittance'
 * import { localKey } from 'quittance/keys/local'
 * import { fileStore } from 'quittance/store/file'
 *
 * const ledger = createLedger({
 *   store: fileStore('./receipts'),
 *   keys: localKey({ file: './receipts.key.pem', create: true }),
 *   redactor: false,
 * })
 * ```
 */
export function createLedger(options: LedgerOptions): Ledger {
  return createLedgerWith(options, realEnvironment)
}
