import { QuittanceError } from '../errors.js'
import { Keyring } from '../keys/keyring.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { receiptMembers } from '../receipt/schema/receipt.js'
import { id, token } from '../receipt/schema/words.js'
import { RETENTION_FLOOR_DAYS } from './retention-presets.js'
import type { LedgerOptions } from './types.js'

type Defaulted = 'commitment' | 'retentionDays' | 'maxQueued' | 'timeoutMs'

/** The options with their defaults. */
export type CheckedOptions = Omit<LedgerOptions, Defaulted> & {
  readonly [Name in Defaulted]: NonNullable<LedgerOptions[Name]>
}

const names = {
  store: true,
  keys: true,
  redactor: true,
  keyring: true,
  secret: true,
  commitment: true,
  retentionDays: true,
  retentionOverride: true,
  maxQueued: true,
  timeoutMs: true,
  operator: true,
  outbox: true,
} satisfies Record<keyof LedgerOptions, true>

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

function checkParts({ store, keys, redactor, keyring }: LedgerOptions): void {
  if (!isObject(store) || typeof store.append !== 'function' || !isObject(store.state))
    throw new TypeError('store must be a ReceiptStore')
  if (!isObject(keys) || typeof keys.signer !== 'function') throw new TypeError('keys must be a KeyProvider')
  if (keyring !== undefined && !(keyring instanceof Keyring)) throw new TypeError('keyring must be a Keyring')
  if (redactor === false) return
  if (!isObject(redactor) || typeof redactor.redact !== 'function')
    throw new TypeError('redactor is required: a Redactor, or false for none')
  const { name, version, configDigest } = redactor
  const [fault] = receiptMembers.redactor.check({ name, version, configDigest }) ?? []
  if (fault) throw new TypeError(`redactor.${fault.path} ${fault.message}`)
}

/** A reason stands in the `policy` of a `prune` receipt, which takes fewer characters than a token. */
const MAX_REASON = 100

function checkRetention({ retentionOverride }: LedgerOptions, retentionDays: number): void {
  if (!Number.isSafeInteger(retentionDays) || retentionDays < 0)
    throw new RangeError('retentionDays must be an integer of at least 0')
  if (retentionOverride !== undefined) {
    if (!isObject(retentionOverride)) throw new TypeError('retentionOverride must be { reason }')
    refuseUnknownMembers(retentionOverride, { reason: true }, 'retentionOverride')
    const { reason } = retentionOverride
    if (token.check(reason) ?? id.check(reason) ?? reason.length > MAX_REASON)
      throw new RangeError(
        `retentionOverride.reason must be a token without parentheses, of at most ${MAX_REASON} characters`,
      )
  } else if (retentionDays < RETENTION_FLOOR_DAYS) {
    throw new RangeError(
      `retentionDays is below the floor of ${RETENTION_FLOOR_DAYS}: retentionOverride: { reason } must say why`,
    )
  }
}

function checkOutbox({ store, outbox }: LedgerOptions): void {
  if (outbox === undefined) return
  if (!isObject(outbox)) throw new TypeError('outbox must be { store }')
  refuseUnknownMembers(outbox, { store: true, afterMs: true }, 'outbox')
  const { store: local, afterMs } = outbox
  if (!isObject(local) || typeof local.append !== 'function' || !isObject(local.state))
    throw new TypeError('outbox.store must be a ReceiptStore')
  if (local === store) throw new TypeError('outbox.store must be another store')
  if (!local.durable) throw new RangeError('outbox.store must outlive the process')
  if (afterMs !== undefined && (typeof afterMs !== 'number' || !(afterMs > 0) || afterMs === Number.POSITIVE_INFINITY))
    throw new RangeError('outbox.afterMs must be a number of milliseconds above 0')
}

/**
 * Checks what `createLedger` was given.
 *
 * @param options - the caller's
 * @returns the options with their defaults
 * @throws TypeError, RangeError naming the option
 * @throws QuittanceError `KEY_EPHEMERAL`, `LEDGER_SECRET_REQUIRED`
 */
export function checkedOptions(options: LedgerOptions): CheckedOptions {
  if (!isObject(options)) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, names, 'options')
  checkParts(options)
  const { store, keys, secret, operator } = options
  const {
    commitment = 'sha256',
    retentionDays = RETENTION_FLOOR_DAYS,
    maxQueued = 10_000,
    timeoutMs = 30_000,
  } = options
  if (secret !== undefined && typeof secret !== 'function' && !(secret instanceof Uint8Array) && !isObject(secret))
    throw new TypeError('secret must be a Uint8Array, {id, secret} or a function that gives {id, secret}')
  if (commitment !== 'sha256' && commitment !== 'hmac-sha256')
    throw new TypeError("commitment must be 'sha256' or 'hmac-sha256'")
  checkRetention(options, retentionDays)
  checkOutbox(options)
  if (!Number.isSafeInteger(maxQueued) || maxQueued < 1) throw new RangeError('maxQueued must be a positive integer')
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0))
    throw new RangeError('timeoutMs must be a number of milliseconds above 0')
  if (operator !== undefined && id.check(operator)) throw new RangeError('operator must be an id')
  if (keys.ephemeral === true && (store.durable || options.outbox !== undefined)) {
    throw new QuittanceError(
      'KEY_EPHEMERAL',
      'the store outlives the process and the key does not: nobody could verify its receipts',
    )
  }
  if (commitment === 'hmac-sha256' && secret === undefined) {
    throw new QuittanceError('LEDGER_SECRET_REQUIRED', "commitment 'hmac-sha256' needs the option secret")
  }
  return { ...options, commitment, retentionDays, maxQueued, timeoutMs }
}
