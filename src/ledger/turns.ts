/** Taking turns on a chain that several writers contend for. */
import { QuittanceError } from '../errors.js'
import type { Lease, ReceiptStore } from '../store/store.js'
import { Abandoned, type Batch } from './batch.js'

/** How long a turn to write lasts at most, in milliseconds: as long as the others wait for a writer that died in its turn. */
const TURN_MS = 3_000
/** How long a turn is waited for before it is done without, in milliseconds. */
const MAX_WAIT_MS = 5_000
/** How many batches go in one turn, each signed while the one before is stored. */
const MAX_BATCHES = 4
/** So many turns in a row that found nothing new, and nobody else is taken to write. */
const QUIET_TURNS = 8

/**
 * The turns of one chain. After a conflict each batch takes the store's turn before the head is read and anything is
 * signed, so that nothing is signed in vain. A turn is only advice: without it the compare-and-swap still holds.
 */
export interface Turns {
  /** Whether a turn is to be taken before anything is written; never where the store gives none. */
  readonly contended: boolean
  /** Whether it is this ledger's turn. */
  readonly held: boolean
  /** Whether another batch may go in the turn that is held. */
  readonly roomy: boolean
  /** Says that another writer was faster. */
  lost(): void
  /**
   * Takes a turn. Where it can't be had that is a warning.
   *
   * @param batch - who waits for it
   * @param timeLeftMs - how long they do
   * @throws Abandoned
   */
  take(batch: Batch, timeLeftMs: number): Promise<void>
  /** Says whether the head, read in a turn, was where this ledger had left it. */
  found(unchanged: boolean): void
  /** Says that a batch goes in the turn that is held. */
  used(): void
  /** Gives the turn back, if it is held. Nobody waits for that; a failure is a warning. */
  end(): void
  /** Resolves when what was given back is given back. */
  settled(): Promise<void>
}

function tooLate(chainId: string): QuittanceError {
  return new QuittanceError('STORE_UNAVAILABLE', 'the turn to write did not come in time; it is done without', {
    details: { chainId, reason: 'lease', retryable: true },
  })
}

/**
 * @param store - the ledger's
 * @param chainId - the chain
 * @param warn - hears of a turn that could not be had or given back
 * @returns the turns, none taken
 */
export function createTurns(store: ReceiptStore, chainId: string, warn: (error: unknown) => void): Turns {
  /** How many turns found nothing new; `undefined` where nobody else is taken to write. */
  let quiet: number | undefined
  let held: { readonly lease: Lease; readonly until: number; batches: number } | undefined
  let releasing: Promise<void> = Promise.resolve()

  const release = (lease: Lease): void => {
    releasing = Promise.all([releasing, lease.release().catch(warn)]).then(() => undefined)
  }

  const end = (): void => {
    const mine = held
    held = undefined
    if (mine !== undefined) release(mine.lease)
  }

  const ask = async (
    { lease }: { readonly lease: NonNullable<ReceiptStore['lease']> },
    batch: Batch,
    waitMs: number,
  ): Promise<Lease> => {
    const ending = new AbortController()
    const { signal } = batch
    const onAbort = (): void => ending.abort(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        over = true
        const error = tooLate(chainId)
        ending.abort(error)
        reject(error)
      }, waitMs)
    })
    const asked = lease.call(store, chainId, TURN_MS, { signal: ending.signal })
    asked.then(
      (turn) => {
        if (over) release(turn)
      },
      () => undefined,
    )
    try {
      return await batch.during(Promise.race([asked, late]), { done: release })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  const isHeld = (): boolean => held !== undefined && held.until > performance.now()

  return {
    get contended() {
      return quiet !== undefined
    },
    get held() {
      return isHeld()
    },
    get roomy() {
      return isHeld() && (held?.batches ?? 0) < MAX_BATCHES
    },
    used() {
      if (held !== undefined) held.batches += 1
    },
    lost() {
      if (store.lease !== undefined) quiet = 0
    },
    async take(batch, timeLeftMs) {
      const { lease } = store
      if (lease === undefined) return
      end()
      try {
        const turn = await ask({ lease }, batch, Math.min(MAX_WAIT_MS, timeLeftMs / 2))
        held = { lease: turn, until: performance.now() + TURN_MS, batches: 0 }
      } catch (error) {
        if (error instanceof Abandoned) throw error
        warn(error)
      }
    },
    found(unchanged) {
      if (quiet === undefined) return
      quiet = unchanged ? quiet + 1 : 0
      if (quiet >= QUIET_TURNS) quiet = undefined
    },
    end,
    async settled() {
      for (let seen: Promise<void> | undefined; seen !== releasing; ) {
        seen = releasing
        await seen
      }
    },
  }
}
