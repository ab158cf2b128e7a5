/** Signs of life: what makes silence in a chain mean something. */
import { QuittanceError } from '../errors.js'
import type { Ledger } from '../ledger/types.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'

/** How heartbeats are written. */
export interface HeartbeatOptions {
  /** Which chains, or what says so each time. */
  readonly chains: readonly string[] | (() => readonly string[] | Promise<readonly string[]>)
  /** The longest that a chain may be silent, in milliseconds: 1 to 2,147,483,647. */
  readonly everyMs: number
  /** For whom a chain is that has no receipt yet; without it an empty chain stays empty, and that is a warning. */
  readonly tenantId?: string | undefined
  /**
   * How many receipts of a chain the application gave up since it said so last. It is asked before each heartbeat, and
   * what it said is told again where the heartbeat could not be written.
   */
  readonly dropped?: ((chainId: string) => number) | undefined
}

/** Heartbeats that are under way. */
export interface Heartbeats extends AsyncDisposable {
  /**
   * Looks at every chain now. It throws nothing: what could not be written is a warning of the ledger's.
   *
   * @returns once each chain has a receipt that is young enough, or a warning was given
   */
  beat(): Promise<void>
  /** Writes no more; resolves when what was under way is done. */
  close(): Promise<void>
}

const optionNames: Readonly<Record<keyof HeartbeatOptions, true>> = {
  chains: true,
  everyMs: true,
  tenantId: true,
  dropped: true,
}

/** A timer can't wait longer. */
const LONGEST = 2_147_483_647
const AT_ONCE = 16

/** Where a chain stands. */
interface Watched {
  /** When it is looked at next, in Unix milliseconds. */
  due: number
  /** Dropped, and in no heartbeat yet. */
  dropped: number
  ended: boolean
}

/**
 * Writes a heartbeat into each chain whose newest receipt is as old as `everyMs`, whoever wrote it: a chain that is busy gets
 * none, and of several processes one does it as a rule. A silence that is longer shows that nobody could write, or that
 * receipts were taken away: `quittance coverage --heartbeat` lists it. The timer keeps no process alive.
 *
 * @param ledger - writes them; what fails is a `warning` of it, and tried again after `everyMs`
 * @param options - which chains and how often
 * @returns heartbeats, begun; close them before the ledger
 * @throws RangeError, TypeError when an option makes no sense
 * @example
 * ```ts
 * import type { Ledger } from 'quittance'
 * import { heartbeats } from 'quittance/transparency'
 * async function serve(ledger: Ledger, work: () => Promise<void>) {
 *   await using alive = heartbeats(ledger, { chains: ['acme'], everyMs: 15 * 60_000, tenantId: 'acme' })
 *   await alive.beat()
 *   await work()
 * }
 * ```
 */
export function heartbeats(ledger: Ledger, options: HeartbeatOptions): Heartbeats {
  refuseUnknownMembers(options, optionNames, 'options')
  const { chains, everyMs, tenantId, dropped } = options
  if (!Number.isSafeInteger(everyMs) || everyMs < 1 || everyMs > LONGEST)
    throw new RangeError(`everyMs must be a whole number of milliseconds from 1 to ${LONGEST}`)
  if (typeof chains !== 'function' && !(Array.isArray(chains) && chains.every((one) => typeof one === 'string')))
    throw new TypeError('chains must be a list of chain ids, or a function that gives one')
  const watched = new Map<string, Watched>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn: Promise<void> | undefined
  let closed = false

  async function lookAt(chainId: string, chain: Watched): Promise<void> {
    chain.due = Date.now() + everyMs
    try {
      const more = dropped?.(chainId) ?? 0
      if (!Number.isSafeInteger(more) || more < 0) throw new RangeError('dropped must give a whole number, 0 or more')
      chain.dropped += more
      const head = await ledger.store.head(chainId)
      if (head?.system?.event === 'chain_end') {
        chain.ended = true
        return
      }
      const age = head === undefined ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(head.timestamp)
      if (age < everyMs && chain.dropped === 0) {
        // never later than a whole interval from now, whatever the other writer's clock says
        chain.due = Math.min(chain.due, Date.now() + everyMs - age)
        return
      }
      const told = chain.dropped
      await ledger.heartbeat(chainId, told === 0 ? {} : { dropped: told }, { tenantId })
      chain.dropped -= told
      chain.due = Date.now() + everyMs
    } catch (error) {
      if (QuittanceError.is(error, 'LEDGER_CHAIN_ENDED')) chain.ended = true
      else ledger.warn(error)
    }
  }

  async function round(all: boolean): Promise<void> {
    let names: readonly string[] = []
    try {
      names = typeof chains === 'function' ? await chains() : chains
    } catch (error) {
      ledger.warn(error)
    }
    const now = Date.now()
    const waiting: [string, Watched][] = []
    for (const chainId of names) {
      const chain = watched.get(chainId) ?? { due: now, dropped: 0, ended: false }
      watched.set(chainId, chain)
      if (!chain.ended && (all || chain.due <= now)) waiting.push([chainId, chain])
    }
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined && !closed; next = waiting.shift()) await lookAt(...next)
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, lane))
  }

  function schedule(): void {
    if (closed) return
    const now = Date.now()
    // a function may name a new chain at any time, and a clock may be set back
    let wait = everyMs
    for (const { due, ended } of watched.values()) if (!ended) wait = Math.min(wait, Math.max(1, due - now))
    timer = setTimeout(() => {
      void take(false)
    }, wait)
    timer.unref()
  }

  /** One round at a time; `round` throws nothing. */
  async function take(all: boolean): Promise<void> {
    clearTimeout(timer)
    while (turn !== undefined) await turn
    if (closed) return
    turn = round(all)
    await turn
    turn = undefined
    clearTimeout(timer)
    schedule()
  }

  async function close(): Promise<void> {
    closed = true
    clearTimeout(timer)
    await turn
  }

  schedule()
  return { beat: () => take(true), close, [Symbol.asyncDispose]: close }
}
