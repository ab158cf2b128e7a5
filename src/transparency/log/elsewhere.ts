/** What those know of the log's own head from whom the writer of the store can't take it back: asked before anything is signed. */
import { QuittanceError } from '../../errors.js'
import { emptyFrontier, frontierRoot } from '../../merkle/frontier.js'
import { equalBytes } from '../../primitives/bytes.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import { readCheckpoint } from '../../tlog/checkpoint.js'
import { verifyNote } from '../../tlog/note.js'
import type { NoteKey } from '../../tlog/vkey.js'
import type { CheckpointSink } from '../types.js'
import type { Kept } from './cell.js'
import { type Destination, destination, failedOnce, within } from './destination.js'
import { growing } from './growing.js'
import { binaryLeafHash } from './leaf-hash.js'
import { refused } from './refused.js'

/** A sink or witness, which may be able to say which head of a log it has. */
export interface Knowing {
  readonly name: string
  readonly by: Pick<CheckpointSink, 'newest'>
}

/** A head of the log that somebody has, and that this log's key signed. */
interface Claim {
  readonly name: string
  readonly size: number
  readonly rootHash: Uint8Array
}

/** What asking needs. */
export interface ElsewhereOptions {
  readonly store: ReceiptStore
  readonly origin: string
  readonly logChainId: string
  readonly asked: readonly Knowing[]
  readonly timeoutMs: number
  readonly firstPauseMs: number
  readonly signal: AbortSignal
  warn(error: unknown, about: { readonly name: string }): void
}

/** What is needed of whoever signs. */
export interface OwnHeads {
  /** The keys of the log under an origin. */
  keysFor(origin: string): Promise<readonly NoteKey[]>
  /** The log chain's cell, checked; `undefined` where there is none. */
  logCell(options: StoreOptions): Promise<Kept | undefined>
}

/** Asks, and judges. */
export interface Elsewhere {
  /**
   * Asks everybody who has not answered yet, and compares with the log chain. Whoever can't be reached is a warning, and is
   * asked again later.
   *
   * @throws QuittanceError `TLOG_REFUSED` `behind` where somebody has a head of this log that the log chain does not lead to
   */
  assertNotBehind(own: OwnHeads, options: StoreOptions): Promise<void>
}

/**
 * @param options - whom to ask, and of what
 * @returns what asks; nobody has been asked yet
 */
export function createElsewhere(options: ElsewhereOptions): Elsewhere {
  const { store, origin, logChainId, timeoutMs, firstPauseMs, signal, warn } = options
  const waiting = new Map<Destination, Knowing>(
    options.asked.filter(({ by }) => by.newest !== undefined).map((one) => [destination(one.name), one]),
  )
  const claims = new Map<string, Claim>()
  /** Another root than the log chain's does not become right by what is appended. */
  let other: QuittanceError | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const ask = async (as: Destination, one: Knowing, own: OwnHeads): Promise<void> => {
    try {
      const note = await within(timeoutMs, signal, async (signal) => one.by.newest?.(origin, { signal }))
      if (note !== undefined) {
        const checkpoint = readCheckpoint(note)
        // anybody could name a large size: only what this log signed binds it
        verifyNote(checkpoint.note, await own.keysFor(origin))
        if (checkpoint.origin !== origin)
          throw new QuittanceError('TLOG_MALFORMED', 'a head of another log was given', {
            details: { reason: 'origin' },
          })
        claims.set(as.name, { name: as.name, size: checkpoint.size, rootHash: checkpoint.rootHash })
      }
      waiting.delete(as)
    } catch (error) {
      signal.throwIfAborted()
      failedOnce(as, error, firstPauseMs)
      warn(error, { name: as.name })
    }
  }

  const behind = ({ name, size }: Claim): QuittanceError => refused(logChainId, 'behind', size - 1, name)

  const judge = async (claim: Claim, kept: Kept | undefined, given: StoreOptions): Promise<void> => {
    const { size, rootHash } = claim
    const { last = -1, first = 0 } = (await store.bounds(logChainId, given)) ?? {}
    if (last + 1 < size) throw behind(claim)
    const from = kept !== undefined && kept.size <= size ? kept.frontier : emptyFrontier
    // it was compared when the receipts were there, or the cell, which is newer, was signed on it
    if (first > from.size && kept !== undefined && kept.size > size) return
    const tree = growing(from)
    if (from.size < size)
      for await (const receipt of store.read(logChainId, { ...given, fromSeq: from.size, toSeq: size - 1 })) {
        if (receipt.seq !== tree.size) throw refused(logChainId, 'pruned', tree.size)
        tree.add(binaryLeafHash(receipt))
      }
    if (tree.size === size && equalBytes(frontierRoot(tree.frontier()), rootHash)) return
    if (tree.size < size) throw behind(claim)
    other = behind(claim)
    throw other
  }

  const look = async (own: OwnHeads, given: StoreOptions): Promise<void> => {
    if (other !== undefined) throw other
    const at = performance.now()
    const due = [...waiting].filter(([{ retryAt }]) => retryAt <= at)
    await Promise.all(due.map(([as, one]) => ask(as, one, own)))
    if (claims.size === 0) return
    const kept = await own.logCell(given)
    for (const [name, claim] of claims) {
      await judge(claim, kept, given)
      claims.delete(name)
    }
  }

  return {
    assertNotBehind(own, given) {
      const mine = turn.then(async () => {
        if (other !== undefined || waiting.size > 0 || claims.size > 0) await look(own, given)
      })
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}
