/** Signing how far a chain has come: always on what was signed last, and kept before anybody gets it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { QuittanceError } from '../../errors.js'
import { parseDidKey } from '../../keys/did-key.js'
import type { KeyProvider } from '../../keys/provider.js'
import { emptyFrontier, type Frontier, frontierRoot } from '../../merkle/frontier.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import { checkpointText } from '../../tlog/checkpoint.js'
import { parseNote, signNote, verifyNote } from '../../tlog/note.js'
import { noteSigner } from '../../tlog/note-signer.js'
import { noteKey } from '../../tlog/vkey.js'
import { type Kept, readCell, writeCell } from './cell.js'
import { type Growing, growing, type Leaf } from './growing.js'
import { refused } from './refused.js'

/** Receipts that were acknowledged, one behind the other. */
export interface Run {
  /** The seq of the first. */
  readonly from: number
  /** What the first links to. */
  readonly before: string
  readonly leaves: readonly Leaf[]
}

/** A head, and the one before it. */
export interface Head {
  readonly kept: Kept
  /** Whether it was signed now. */
  readonly fresh: boolean
  /** What was signed last; the head itself where nothing came since. */
  readonly base?: Kept | undefined
}

/** Enough to know a head again. */
export type HeadNote = Pick<Kept, 'chainId' | 'note'>

/** Signs heads of chains. */
export interface Heads {
  /**
   * Signs how far a chain has come, if it has come further than the last head.
   *
   * @param chainId - the chain
   * @param originOf - the origin, from the chain's root
   * @param run - its newest receipts, as the ledger told of them; what else is needed is read
   * @throws QuittanceError `TLOG_REFUSED`, `STORE_CORRUPT`, `STORE_STATE_CONFLICT` where others are always faster
   */
  sign(chainId: string, originOf: (root: string) => string, run?: Run, options?: StoreOptions): Promise<Head>
  /**
   * Adds to what is kept beside a head, unless a newer one is there.
   *
   * @param head - which
   * @param change - what it becomes
   * @returns what is kept now; `undefined` where a newer one is there
   */
  amend(head: HeadNote, change: (kept: Kept) => Kept, options?: StoreOptions): Promise<Kept | undefined>
}

/** How far a tree has grown on the receipts. */
interface Grown {
  readonly frontier: Frontier
  readonly root: string
  readonly receiptHash: string
}

const MAX_TRIES = 16
/** How many heads are remembered, so that a store that went back is noticed. */
const MAX_REMEMBERED = 1_000
/** After so many leaves others get their turn. */
const AT_A_TIME = 2_000

async function onlyReceipt(
  store: ReceiptStore,
  chainId: string,
  seq: number,
  options: StoreOptions,
): Promise<DecisionReceipt | undefined> {
  for await (const receipt of store.read(chainId, { ...options, fromSeq: seq, toSeq: seq })) return receipt
  return undefined
}

async function addAll(tree: Growing, leaves: readonly Leaf[], from: number): Promise<void> {
  for (let index = from; index < leaves.length; index += 1) {
    if (index > from && (index - from) % AT_A_TIME === 0) await nextTurn()
    tree.add(leaves[index] as Leaf)
  }
}

/**
 * @param store - where the chains are kept
 * @param keys - the checkpoint key
 * @param formerKeys - keys that signed before, as did:key
 * @param now - the clock
 * @returns what signs heads
 */
export function createHeads(
  store: ReceiptStore,
  keys: KeyProvider,
  formerKeys: readonly string[],
  now: () => number,
): Heads {
  const remembered = new Map<string, Kept>()

  const remember = (kept: Kept): void => {
    remembered.delete(kept.chainId)
    remembered.set(kept.chainId, kept)
    if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string)
  }

  /** What was signed last, by whomever. Whoever can write state, and has no key, can't have put it there. */
  const assertOurs = async (kept: Kept): Promise<void> => {
    if (remembered.get(kept.chainId)?.note === kept.note) return
    const { keyId } = await keys.signer()
    const listed = (await keys.publicKeys?.()) ?? []
    const known = new Set([keyId, ...formerKeys, ...listed.map((entry) => entry.keyId)])
    const named = [...known].map((id) => noteKey(kept.origin, 'ed25519', parseDidKey(id)))
    try {
      verifyNote(parseNote(kept.note), named)
    } catch (error) {
      throw QuittanceError.is(error, 'TLOG_UNTRUSTED') ? refused(kept.chainId, 'unknown-key') : error
    }
  }

  /** Grows the tree by what the ledger told; `undefined` where that does not join what was signed. */
  const grownByRun = async (
    chainId: string,
    base: Kept | undefined,
    { from, before, leaves }: Run,
    options: StoreOptions,
  ): Promise<Grown | undefined> => {
    const index = (base?.size ?? 0) - from
    const last = leaves.at(-1)
    if (last === undefined || index < 0 || index > leaves.length) return undefined
    const joint = index === 0 ? before : leaves[index - 1]?.receiptHash
    if (base !== undefined && joint !== base.head.receiptHash) return undefined
    const standing = await onlyReceipt(store, chainId, from + leaves.length - 1, options)
    if (standing?.receiptHash !== last.receiptHash) return undefined
    const tree = growing(base?.frontier ?? emptyFrontier)
    await addAll(tree, leaves, index)
    const root = base?.root ?? (leaves[0] as Leaf).receiptHash
    return { frontier: tree.frontier(), root, receiptHash: last.receiptHash }
  }

  /** Grows the tree by what the store has, and makes sure that it is as durable as the store promises. */
  const grownByStore = async (chainId: string, base: Kept | undefined, options: StoreOptions): Promise<Grown> => {
    const size = base?.size ?? 0
    const tree = growing(base?.frontier ?? emptyFrontier)
    let root = base?.root
    let last: DecisionReceipt | undefined
    for await (const receipt of store.read(chainId, { ...options, fromSeq: Math.max(0, size - 1) })) {
      const { seq, receiptHash, prevReceiptHash } = receipt
      if (last === undefined && seq > size) throw refused(chainId, 'pruned', size)
      // the receipt at the joint may be pruned: then the next links to it
      const joint = seq < size ? receiptHash : seq === size ? prevReceiptHash : undefined
      const follows = last === undefined || (seq === last.seq + 1 && prevReceiptHash === last.receiptHash)
      if (!follows || (base !== undefined && joint !== undefined && joint !== base.head.receiptHash))
        throw refused(chainId, 'rewritten', seq)
      last = receipt
      if (seq < size) continue
      root ??= receiptHash
      tree.add(receipt)
      if (tree.size % AT_A_TIME === 0) await nextTurn()
    }
    if (last === undefined) throw refused(chainId, base === undefined ? 'empty' : 'rolled-back', Math.max(0, size - 1))
    if (tree.size > size) {
      // what was stored may not be as durable as asked yet; the same append again says when it is
      const before = last.seq === 0 ? undefined : { seq: last.seq - 1, receiptHash: last.prevReceiptHash }
      await store.append(chainId, [last], before, options)
    }
    return { frontier: tree.frontier(), root: root as string, receiptHash: last.receiptHash }
  }

  /** @returns what nobody has yet: the head that can be signed, or the one that was */
  const next = async (
    chainId: string,
    originOf: (root: string) => string,
    base: Kept | undefined,
    { frontier, root, receiptHash }: Grown,
  ): Promise<Kept> => {
    const origin = originOf(root)
    if (base !== undefined && base.size === frontier.size && base.origin === origin) return base
    const rootHash = frontierRoot(frontier)
    const signer = await noteSigner(origin, keys)
    const note = await signNote(checkpointText({ origin, size: frontier.size, rootHash }), [signer])
    return {
      chainId,
      origin,
      size: frontier.size,
      rootHash,
      note,
      tokens: [],
      witnessed: [],
      frontier,
      root,
      head: { seq: frontier.size - 1, receiptHash },
      madeAt: now(),
      logged: base?.origin === origin ? base.logged : 0,
    }
  }

  const tryToSign = async (
    chainId: string,
    originOf: (root: string) => string,
    run: Run | undefined,
    options: StoreOptions,
  ): Promise<Head> => {
    const { kept, version } = await readCell(store, chainId, options)
    if (kept !== undefined) await assertOurs(kept)
    const mine = remembered.get(chainId)
    // a cell that came back from the past, or went: what this process signed was signed all the same
    const base = mine !== undefined && mine.size > (kept?.size ?? 0) ? mine : kept
    const grown =
      (run && (await grownByRun(chainId, base, run, options))) ?? (await grownByStore(chainId, base, options))
    const head = await next(chainId, originOf, base, grown)
    // nobody has it before it is kept: whoever signs next goes on from it
    if (head !== kept) await writeCell(store, head, version, options)
    remember(head)
    return { kept: head, fresh: head !== base, base }
  }

  return {
    async sign(chainId, originOf, run, options = {}) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await tryToSign(chainId, originOf, run, options)
        } catch (error) {
          if (!QuittanceError.is(error, 'STORE_STATE_CONFLICT') || tries >= MAX_TRIES) throw error
        }
      }
    },
    async amend(given, change, options = {}) {
      for (let tries = 1; ; tries += 1) {
        const { kept, version } = await readCell(store, given.chainId, options)
        if (kept === undefined || parseNote(kept.note).text !== parseNote(given.note).text) return undefined
        const changed = change(kept)
        try {
          await writeCell(store, changed, version, options)
          remember(changed)
          return changed
        } catch (error) {
          if (!QuittanceError.is(error, 'STORE_STATE_CONFLICT') || tries >= MAX_TRIES) throw error
        }
      }
    },
  }
}
