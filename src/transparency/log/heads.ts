/** Signing how far a chain has come: always on what was signed last, and kept before anybody gets it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { QuittanceError } from '../../errors.js'
import { parseDidKey } from '../../keys/did-key.js'
import type { KeyProvider } from '../../keys/provider.js'
import { emptyFrontier, frontierRoot } from '../../merkle/frontier.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import { checkpointText } from '../../tlog/checkpoint.js'
import { parseNote, signNote, verifyNote } from '../../tlog/note.js'
import { noteSigner } from '../../tlog/note-signer.js'
import { noteKey } from '../../tlog/vkey.js'
import { type Kept, readCell, writeCell } from './cell.js'
import type { Run } from './following.js'
import { type Growing, growing } from './growing.js'
import { binaryLeafHash } from './leaf-hash.js'
import { refused } from './refused.js'

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
  sign(chainId: string, originOf: (root: string) => string, run: Run | undefined, options: SignOptions): Promise<Head>
  /**
   * Adds to what is kept beside a head, unless a newer one is there.
   *
   * @param head - which
   * @param change - what it becomes
   * @returns what is kept now; `undefined` where a newer one is there
   */
  amend(head: HeadNote, change: (kept: Kept) => Kept, options?: StoreOptions): Promise<Kept | undefined>
}

/** How to sign. */
export interface SignOptions extends StoreOptions {
  /** Covers all that is in the store, and not only what the ledger told of. */
  readonly whole: boolean
}

/** A tree, and the receipt that it ends with. */
interface Grown {
  readonly tree: Growing
  readonly root?: string | undefined
  readonly head?: string | undefined
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

  const grownFrom = (base: Kept | undefined): Grown => ({
    tree: growing(base?.frontier ?? emptyFrontier),
    root: base?.root,
    head: base?.head.receiptHash,
  })

  /** Grows the tree by what the ledger told; `undefined` where that does not join what was signed. */
  const grownByRun = async (base: Kept | undefined, run: Run): Promise<Grown | undefined> => {
    const { from, before, first, last, count } = run
    if (from !== (base?.size ?? 0) || (base !== undefined && before !== base.head.receiptHash)) return undefined
    const { tree } = grownFrom(base)
    for (let index = 0; index < count; index += 1) {
      if (index > 0 && index % AT_A_TIME === 0) await nextTurn()
      tree.add(run.leafAt(index))
    }
    return { tree, root: base?.root ?? first, head: last }
  }

  /** Grows the tree by what the store has, and makes sure that it is as durable as the store promises. */
  const grownByStore = async (chainId: string, by: Grown, options: StoreOptions): Promise<Grown> => {
    const { tree, head } = by
    const { size } = tree
    let { root } = by
    let last: DecisionReceipt | undefined
    for await (const receipt of store.read(chainId, { ...options, fromSeq: Math.max(0, size - 1) })) {
      const { seq, receiptHash, prevReceiptHash } = receipt
      if (last === undefined && seq > size) throw refused(chainId, 'pruned', size)
      // the receipt at the joint may be pruned: then the next links to it
      const joint = seq < size ? receiptHash : seq === size ? prevReceiptHash : undefined
      const follows = last === undefined || (seq === last.seq + 1 && prevReceiptHash === last.receiptHash)
      if (!follows || (head !== undefined && joint !== undefined && joint !== head))
        throw refused(chainId, 'rewritten', seq)
      last = receipt
      if (seq < size) continue
      root ??= receiptHash
      tree.add(binaryLeafHash(receipt))
      if (tree.size % AT_A_TIME === 0) await nextTurn()
    }
    if (last === undefined) throw refused(chainId, head === undefined ? 'empty' : 'rolled-back', Math.max(0, size - 1))
    if (tree.size > size) {
      // what was stored may not be as durable as asked yet; the same append again says when it is
      const before = last.seq === 0 ? undefined : { seq: last.seq - 1, receiptHash: last.prevReceiptHash }
      await store.append(chainId, [last], before, options)
    }
    return { tree, root, head: last.receiptHash }
  }

  const grow = async (
    chainId: string,
    base: Kept | undefined,
    run: Run | undefined,
    { whole, ...options }: SignOptions,
  ): Promise<Grown> => {
    const told = run && (await grownByRun(base, run))
    if (told !== undefined && !whole) {
      const standing = await onlyReceipt(store, chainId, told.tree.size - 1, options)
      if (standing?.receiptHash === told.head) return told
    }
    if (told !== undefined && whole) {
      try {
        return await grownByStore(chainId, told, options)
      } catch (error) {
        // only what was signed decides whether the chain was rewritten
        if (!QuittanceError.is(error, 'TLOG_REFUSED')) throw error
      }
    }
    return grownByStore(chainId, grownFrom(base), options)
  }

  /** @returns what nobody has yet: the head that can be signed, or the one that was */
  const next = async (
    chainId: string,
    originOf: (root: string) => string,
    base: Kept | undefined,
    { tree, root = '', head: receiptHash = '' }: Grown,
  ): Promise<Kept> => {
    const frontier = tree.frontier()
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
    sign: SignOptions,
  ): Promise<Head> => {
    const { whole: _, ...options } = sign
    const { kept, version } = await readCell(store, chainId, options)
    if (kept !== undefined) await assertOurs(kept)
    const mine = remembered.get(chainId)
    // a cell that came back from the past, or went: what this process signed was signed all the same
    const base = mine !== undefined && mine.size > (kept?.size ?? 0) ? mine : kept
    const grown = await grow(chainId, base, run, sign)
    const head = await next(chainId, originOf, base, grown)
    // nobody has it before it is kept: whoever signs next goes on from it
    if (head !== kept) await writeCell(store, head, version, options)
    remember(head)
    return { kept: head, fresh: head !== base, base }
  }

  return {
    async sign(chainId, originOf, run, options) {
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
