/** The one place that seals and appends: store, keys, redactor and queues put together. */
import type { KeyProvider } from '../keys/provider.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { id as idShape, uuidv7 } from '../receipt/schema/words.js'
import type { RetentionEvent, SystemEvent } from '../receipt/types.js'
import { createRecent } from './acknowledged.js'
import { appendAll } from './append-all.js'
import type { Parts } from './chain.js'
import { closeAll } from './closing.js'
import { type Addressed, createDesk } from './desk.js'
import type { ReceiptDraft } from './draft.js'
import { bindEnvironment, type Environment, realEnvironment } from './environment.js'
import { createEvents } from './events.js'
import { health } from './health.js'
import { revoke, rotate } from './key-events.js'
import { createKeyrings } from './keyrings.js'
import { checkedOptions } from './ledger-options.js'
import { rollbackEvents } from './linking.js'
import { after } from './maybe.js'
import { createPreparer } from './prepare.js'
import { eraseDetails, prune } from './retention.js'
import { createSecrets, pseudonymOf } from './secret.js'
import { succeed } from './succession.js'
import type { HoldTerms, Ledger, LedgerOptions } from './types.js'

/** Chain and receipt of a draft, as far as they are fit to be shown in an error. */
function shownIds(draft: ReceiptDraft): Partial<Addressed> {
  const { chainId, receiptId } = (draft ?? {}) as Partial<ReceiptDraft>
  return {
    ...(typeof chainId === 'string' && chainIdPattern.test(chainId) ? { chainId } : {}),
    ...(uuidv7.check(receiptId) === undefined ? { receiptId: receiptId as string } : {}),
  }
}

const held = (
  event: 'hold' | 'release',
  { holdId, fromSeq, toSeq, decisionId, reason }: HoldTerms,
): RetentionEvent => ({
  event,
  holdId,
  fromSeq,
  toSeq,
  decisionId,
  reason,
})

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
  const parts: Parts = {
    store,
    environment,
    events,
    keyrings,
    preparer,
    recent: createRecent(),
    retentionDays,
    operator,
  }
  const desk = createDesk(parts, keys, { maxQueued, timeoutMs })
  const owned = new Set<KeyProvider>([keys])
  let closing: Promise<void> | undefined

  const noted =
    <E extends SystemEvent['event']>(event: E) =>
    (given: Omit<SystemEvent & { readonly event: E }, 'event'>): (() => { eventType: 'system'; system: SystemEvent }) =>
    () => ({ eventType: 'system', system: { event, ...given } as SystemEvent })

  const ledger: Ledger = {
    store,

    append: (draft, given) =>
      desk.submit(
        () => shownIds(draft),
        () =>
          after(preparer.draft(draft), (frame) => ({
            chainId: frame.body.chainId,
            order: { receiptId: frame.body.receiptId, frame },
          })),
        given,
      ),
    appendAll: (items, given) => appendAll(ledger, items, given),

    keyring: async () => keyrings.current(),
    async subjectId(tenantId, id) {
      if (idShape.check(tenantId)) throw new RangeError('tenantId must be an id')
      if (typeof id !== 'string' || id === '' || !id.isWellFormed())
        throw new RangeError('id must be a text that is not empty')
      return pseudonymOf(await secrets.current(), 'subject', tenantId, id)
    },

    rotate: (chainId, { to, ...given }) => rotate(parts, desk, chainId, to, given, (provider) => owned.add(provider)),
    revoke: (chainId, { keyId, effectiveAt, reason, ...given }) =>
      revoke(parts, desk, chainId, { keyId, effectiveAt, reason }, given),
    succeed: (chainId, { reason, chainId: successor, ...given }) =>
      desk.track(succeed(parts, desk, chainId, { reason, successor }, given)),
    prune: (chainId, given) => desk.track(prune(parts, desk, chainId, given)),
    eraseDetails: (chainId, receiptId, { reason }) => desk.track(eraseDetails(parts, desk, chainId, receiptId, reason)),

    note: (chainId, { code, count }, given) => desk.submitOwn(chainId, noted('notice')({ code, count }), given),
    gap: (chainId, { from, to, reason, count, rate }, given) =>
      desk.submitOwn(chainId, noted('gap')({ from, to, reason, count, rate }), given),
    change: (chainId, { what, from, to, substantial }, given) =>
      desk.submitOwn(chainId, noted('change')({ what, from, to, substantial }), given),
    heartbeat: (chainId, { dropped } = {}, given) => desk.submitOwn(chainId, noted('heartbeat')({ dropped }), given),
    hold: (chainId, terms, given) =>
      desk.submitOwn(chainId, () => ({ eventType: 'retention', retention: held('hold', terms) }), given),
    release: (chainId, terms, given) =>
      desk.submitOwn(chainId, () => ({ eventType: 'retention', retention: held('release', terms) }), given),
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

    health: ({ signal } = {}) =>
      health(
        { store, keys, secrets, queue: () => ({ pending: desk.pending, maxQueued, closed: desk.closed }) },
        signal,
      ),
    on: events.on,
    warn,
    close(given = {}) {
      closing ??= closeAll({ desk, store, providers: () => owned, warn }, given.timeoutMs ?? timeoutMs)
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
