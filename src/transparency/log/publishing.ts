/** The log's own head on its way out: cosigned, stamped, and to every sink, again and again until each has it. */
import { QuittanceError } from '../../errors.js'
import type { ReceiptStore } from '../../store/store.js'
import type { Policy } from '../../tlog/policy.js'
import type { CheckpointSink, PublishedCheckpoint } from '../types.js'
import { type Kept, readCell } from './cell.js'
import {
  type AskedAuthority,
  type AskedWitness,
  collect,
  isWitnessed,
  unstamped,
  unwitnessed,
  withCollected,
} from './collecting.js'
import { createKnownTrees, proveConsistency } from './consistency.js'
import { answered, type Destination, failedOnce, within } from './destination.js'
import type { Entries } from './entries.js'
import type { Run } from './following.js'
import type { Heads } from './heads.js'
import { type Marks, markOf, readMarks, writeMarks } from './marks.js'

/** More chains than that are not listed one by one: then all of the store are gone through. */
const MAX_LISTED = 10_000

/** A sink and what it lacks. */
export interface ServedSink {
  readonly sink: CheckpointSink
  readonly as: Destination
  /** The chains whose newest checkpoint it has not got: these, or perhaps any. */
  lacks: Set<string> | 'all'
  /** The head of the log that it has. */
  has: string | undefined
}

/** What publishing needs. */
export interface PublishingOptions {
  readonly store: ReceiptStore
  readonly heads: Heads
  readonly entries: Entries
  readonly origin: string
  readonly chainId: string
  readonly publishChains: boolean
  readonly policy: Policy | undefined
  readonly sinks: readonly ServedSink[]
  readonly witnesses: readonly AskedWitness[]
  readonly authorities: readonly AskedAuthority[]
  readonly timeoutMs: number
  readonly firstPauseMs: number
  readonly signal: AbortSignal
  warn(error: unknown, about: { readonly chainId?: string; readonly name?: string }): void
  published(checkpoint: PublishedCheckpoint, sinks: readonly string[]): void
  now(): number
}

/** Publishes. */
export interface Publishing {
  /** The newest head that went through a round. */
  readonly newest: Kept | undefined
  /** Whether its witnesses are enough; absent without a policy. */
  readonly quorum: boolean | undefined
  /** Says that a chain has a new checkpoint. */
  add(chainId: string): void
  /** When somebody who failed is asked again, by `performance.now()`; `undefined` where everybody has everything. */
  dueAt(): number | undefined
  /**
   * Signs the head and brings it to everybody whose turn it is.
   *
   * @param run - the newest receipts of the log chain
   * @param atOnce - whether nobody's pause is waited for
   */
  round(run: Run | undefined, atOnce: boolean): Promise<PublishedCheckpoint>
}

/** @returns a checkpoint as sinks get it */
export function publishedOf(kind: 'chain' | 'log', { chainId, origin, size, note, tokens }: Kept): PublishedCheckpoint {
  return { kind, chainId, origin, size, note, timestamps: tokens.map(({ token }) => token) }
}

/**
 * @param options - what it needs
 * @returns what publishes; nothing is read or sent
 */
export function createPublishing(options: PublishingOptions): Publishing {
  const { store, heads, entries, origin, chainId, sinks, witnesses, authorities, policy, signal, warn } = options
  const { publishChains, timeoutMs, firstPauseMs } = options
  const trees = createKnownTrees()
  let newest: Kept | undefined
  let quorum: boolean | undefined
  let toldOfQuorum: string | undefined
  let marks: Marks | undefined
  let announced: string | undefined

  /** Who was away when an earlier process ended may lack anything. */
  const loadMarks = async (base: Kept | undefined): Promise<void> => {
    if (marks !== undefined) return
    const found = await readMarks(store, chainId, { signal })
    for (const served of sinks) {
      served.has = found[served.as.name]
      if (base !== undefined && served.has !== markOf(base) && publishChains) served.lacks = 'all'
    }
    marks = found
  }

  const collectFor = async (kept: Kept): Promise<Kept> => {
    const collected = await collect(kept, {
      witnesses,
      authorities,
      timeoutMs,
      firstPauseMs,
      signal,
      consistencyFrom: (oldSize, within) =>
        proveConsistency(store, chainId, trees, oldSize, kept.size, { signal: within }),
      failed: (error, name) => warn(error, { name }),
      now: options.now,
    })
    if (collected.witnessed.length === 0 && collected.tokens.length === 0) return kept
    const merged = await heads.amend(kept, (one) => withCollected(one, collected), { signal })
    // another process signed a newer head meanwhile: this one is worth what was collected all the same
    return merged ?? withCollected(kept, collected)
  }

  async function* chainsFor({ lacks }: ServedSink): AsyncGenerator<string> {
    if (lacks !== 'all') yield* [...lacks]
    else for await (const one of store.chains({ signal })) if (one !== chainId) yield one
  }

  /**
   * Whether a head of the log that a sink has covers a chain's checkpoint. A sink gets no other one: so a store that went back
   * behind it went back behind the log's head as well, which is all that is asked for before anything is signed.
   */
  const isCovered = ({ origin, size, logged }: Kept, head: Kept): boolean => {
    const known = entries.known(origin)
    // of what was pruned from the log chain the cell knows
    return known === undefined ? logged >= size : known.size >= size && known.seq < head.size
  }

  /** Brings everything to one sink, the log's head first. What comes while it goes through all chains is listed anew. */
  const serve = async (served: ServedSink, kept: Kept): Promise<boolean> => {
    const { sink, as } = served
    const give = (checkpoint: PublishedCheckpoint): Promise<void> =>
      within(timeoutMs, signal, (signal) => sink.publish(checkpoint, { signal }))
    const before = served.lacks
    const all = chainsFor(served)
    if (before === 'all') served.lacks = new Set()
    let refusal: unknown
    try {
      await give(publishedOf('log', kept))
      if (before === 'all' || before.size > 0) await entries.read({ signal })
      for await (const one of all) {
        // what is entered from now on is news
        if (before !== 'all') before.delete(one)
        try {
          const { kept: ofChain } = await readCell(store, one, { signal })
          // one that is newer than the head comes with its entry
          if (ofChain !== undefined && isCovered(ofChain, kept)) await give(publishedOf('chain', ofChain))
        } catch (error) {
          if (before !== 'all') before.add(one)
          // one chain that is not as it was keeps no other one waiting
          if (!QuittanceError.is(error, 'TLOG_REFUSED') && !QuittanceError.is(error, 'STORE_CORRUPT')) throw error
          warn(error, { name: as.name, chainId: one })
          refusal ??= error
        }
      }
      served.has = markOf(kept)
      if (refusal !== undefined) throw refusal
    } catch (error) {
      served.lacks = before
      failedOnce(as, error, firstPauseMs)
      if (error !== refusal) warn(error, { name: as.name })
      return false
    }
    answered(as, options.now())
    return true
  }

  const lacksSomething = ({ lacks, has }: ServedSink, kept: Kept): boolean =>
    lacks === 'all' || lacks.size > 0 || has !== markOf(kept)

  const judge = (kept: Kept): void => {
    if (policy === undefined) return
    quorum = isWitnessed(kept, policy)
    if (quorum || toldOfQuorum === `${kept.size}`) return
    toldOfQuorum = `${kept.size}`
    const message = 'fewer witnesses than the policy asks for have cosigned the newest head of the log'
    warn(
      new QuittanceError('TLOG_UNAVAILABLE', message, { details: { chainId, reason: 'quorum', retryable: true } }),
      {},
    )
  }

  return {
    get newest() {
      return newest
    },
    get quorum() {
      return quorum
    },
    add(one) {
      if (!publishChains) return
      for (const served of sinks) {
        if (served.lacks === 'all') continue
        if (served.lacks.size >= MAX_LISTED) served.lacks = 'all'
        else served.lacks.add(one)
      }
    },
    dueAt() {
      if (newest === undefined) return undefined
      const kept = newest
      const missing = [
        ...sinks.filter((served) => lacksSomething(served, kept)),
        ...unwitnessed(kept, witnesses),
        ...unstamped(kept, authorities),
      ]
      return missing.length === 0 ? undefined : Math.min(...missing.map(({ as }) => as.retryAt))
    },
    async round(run, atOnce) {
      const {
        kept: signed,
        fresh,
        base,
      } = await heads.sign(chainId, (_, log = origin) => log, run, { signal, whole: true })
      if (base !== undefined) trees.add(base.frontier)
      trees.add(signed.frontier)
      await loadMarks(base)
      // a new head is offered to everybody: what failed with the last may go well with this
      if (atOnce || fresh) for (const { as } of [...witnesses, ...authorities, ...sinks]) as.retryAt = 0
      newest = signed
      const kept = await collectFor(signed)
      newest = kept
      judge(kept)
      const due = sinks.filter(
        (served) => atOnce || (lacksSomething(served, kept) && served.as.retryAt <= performance.now()),
      )
      const served = (await Promise.all(due.map(async (one) => ((await serve(one, kept)) ? [one] : [])))).flat()
      if (served.length > 0) {
        const have = Object.fromEntries(served.map(({ as, has }) => [as.name, has as string]))
        try {
          await writeMarks(store, chainId, have, { signal })
        } catch (error) {
          // they have it; who comes after this process offers it once more
          warn(error, { chainId })
        }
      }
      const checkpoint = publishedOf('log', kept)
      if (announced !== markOf(kept) || served.length > 0) {
        announced = markOf(kept)
        const holders = sinks.filter((one) => one.has === markOf(kept)).map(({ as }) => as.name)
        options.published(checkpoint, holders)
      }
      return checkpoint
    },
  }
}
