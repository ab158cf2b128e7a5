/** Whether the local store takes receipts, learnt before an outage needs to know. */
import { QuittanceError } from '../errors.js'
import { utf8 } from '../primitives/bytes.js'
import { isoTime } from '../primitives/time.js'
import type { ReceiptStore } from '../store/store.js'

/** Where the small value stands that is written; it is no chain. */
const CHAIN = 'quittance'
const STATE = 'outbox-probe'
/** After a refusal, how long until it is tried again, in milliseconds. */
const RETRY_MS = 10_000

/** What is known of the local store. */
export interface Claim {
  /** Why the last write was refused; `undefined` where none was. */
  readonly refusal: unknown
  /** Tries in the background, once; a store that refuses is tried again. */
  begin(): void
  /** The store took a receipt. */
  taken(): void
  /** The store refused a receipt. */
  refused(error: unknown): void
  /** Tries no more; resolves when nothing is under way. */
  end(): Promise<void>
}

/**
 * Writing shows what asking does not: that no other process holds the directory. It also keeps the next one out.
 *
 * @param store - the local store
 * @param now - the clock
 * @param warn - hears of a refusal, once for each code
 * @returns what is known: nothing yet
 */
export function createClaim(store: ReceiptStore, now: () => number, warn: (error: unknown) => void): Claim {
  let refusal: unknown
  let trying: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false

  const refused = (error: unknown): void => {
    refusal = error
    if (ended) return
    timer ??= setTimeout(attempt, RETRY_MS)
    timer.unref?.()
  }

  const write = async (): Promise<void> => {
    try {
      const found = await store.state.get(CHAIN, STATE)
      await store.state.put(CHAIN, STATE, utf8(JSON.stringify({ probedAt: isoTime(now()) })), found?.version ?? 0)
      refusal = undefined
    } catch (error) {
      // another ledger of this process wrote it
      if (QuittanceError.is(error, 'STORE_STATE_CONFLICT')) {
        refusal = undefined
        return
      }
      const known = QuittanceError.is(refusal) && QuittanceError.is(error, refusal.code)
      refused(error)
      if (!known) warn(error)
    }
  }

  const attempt = (): void => {
    timer = undefined
    trying = write()
  }

  return {
    get refusal() {
      return refusal
    },
    begin() {
      if (trying === undefined && !ended) attempt()
    },
    taken() {
      refusal = undefined
    },
    refused,
    async end() {
      ended = true
      clearTimeout(timer)
      await trying
    },
  }
}
