/** Signing how far a chain has come: always on what was signed last, and kept before anybody gets it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { QuittanceError } from '../../errors.js'
import { parseDidKey } from '../../keys/did-key.js'
import type { KeyProvider } from '../../keys/provider.js'
import { emptyFrontier, frontierRoot } from '../../merkle/frontier.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import { checkpointText } from '../../tlog/checkpoint.js'
import { parseNote, signNote } from '../../tlog/note.js'
import { noteSigner } from '../../tlog/note-signer.js'
import { type NoteKey, noteKey } from '../../tlog/vkey.js'
import { type CellValue, type Kept, readCell, writeCell } from './cell.js'
import type { Elsewhere } from './elsewhere.js'
import { type Entered, type Entries, entryRoot } from './entries.js'
import type { Run } from './following.js'
import { type Growing, growing } from './growing.js'
import { binaryLeafHash } from './leaf-hash.js'
import { type OriginOf, onlyReceipt, ownCell } from './own-cell.js'
import { cutWords, refused } from './refused.js'

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
  sign(chainId: string, originOf: OriginOf, run: Run | undefined, options: SignOptions): Promise<Head>
  /**
   * Adds to what is kept beside a head, unless a newer one is there.
   *
   * @param head - which
   * @param change - what it becomes
   * @returns what is kept now; `undefined` where a newer one is there
   */
  amend(head: HeadNote, change: (kept: Kept) => Kept, options?: StoreOptions): Promise<Kept | undefined>
}

/** What signing needs. */
export interface HeadsOptions {
  readonly store: ReceiptStore
  /** The checkpoint key. */
  readonly keys: KeyProvider
  /** Keys that signed before, as did:key. */
  readonly formerKeys: readonly string[]
  /** Names under which this log ran before. */
  readonly formerOrigins: readonly string[]
  readonly origin: string
  readonly logChainId: string
  readonly entries: Entries
  readonly elsewhere: Elsewhere
  now(): number
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

/**
 * @param options - what it needs
 * @returns what signs heads
 */
export function createHeads(options: HeadsOptions): Heads {
  const { store, keys, formerKeys, formerOrigins, origin: logOrigin, logChainId, entries, elsewhere, now } = options
  /** What was written last here, and the version that it got. */
  const remembered = new Map<string, { readonly kept: Kept; readonly version: number }>()
  /** Which chain signs under an origin here. */
  const signing = new Map<string, string>()

  const remember = (kept: Kept, version: number): void => {
    remembered.delete(kept.chainId)
    remembered.set(kept.chainId, { kept, version })
    if (remembered.size <= MAX_REMEMBERED) return
    // of a chain its entry is remembered as well; of the log there is nothing else
    for (const chainId of remembered.keys())
      if (chainId !== logChainId) {
        remembered.delete(chainId)
        return
      }
  }

  const keysFor = async (origin: string): Promise<NoteKey[]> => {
    const { keyId } = await keys.signer()
    const listed = (await keys.publicKeys?.()) ?? []
    const known = new Set([keyId, ...formerKeys, ...listed.map((entry) => entry.keyId)])
    return [...known].map((id) => noteKey(origin, 'ed25519', parseDidKey(id)))
  }

  /** What was signed last, by whomever. Whoever can write state, and has no key, can't have put it there. */
  const ours = async (kept: Kept, originOf: OriginOf, options: StoreOptions): Promise<Kept | undefined> => {
    const mine = remembered.get(kept.chainId)?.kept
    const isMine =
      mine?.note === kept.note && mine.root === kept.root && mine.head.receiptHash === kept.head.receiptHash
    return isMine ? kept : ownCell(kept, originOf, { store, formerOrigins, keysFor }, options)
  }

  const ownHeads = {
    keysFor,
    async logCell(options: StoreOptions): Promise<Kept | undefined> {
      const { kept } = await readCell(store, logChainId, options)
      return kept && ours(kept, (_, log = logOrigin) => log, options)
    },
  }

  /** Two chains whose roots begin alike have one origin: only the first of them is signed. */
  const claimOrigin = (chainId: string, origin: string): void => {
    const by = signing.get(origin) ?? chainId
    if (by !== chainId) throw refused(chainId, 'origin-taken')
    signing.delete(origin)
    signing.set(origin, chainId)
    if (signing.size > MAX_REMEMBERED) signing.delete(signing.keys().next().value as string)
  }

  const grownFrom = (base: Kept | undefined): Grown => ({
    tree: growing(base?.frontier ?? emptyFrontier),
    root: base?.root,
    head: base?.head.receiptHash,
  })

  const joins = (base: Kept | undefined, { from, before }: Run): boolean =>
    from === (base?.size ?? 0) && (base === undefined || before === base.head.receiptHash)

  /** Grows the tree by what the ledger told; `undefined` where that does not join what was signed. */
  const grownByRun = (base: Kept | undefined, run: Run): Grown | undefined => {
    if (!joins(base, run)) return undefined
    const { tree } = grownFrom(base)
    for (const subtree of run.subtrees) tree.join(subtree)
    return { tree, root: base?.root ?? run.first, head: run.last }
  }

  /** Grows the tree by what the store has, and makes sure that it is as durable as the store promises. */
  const grownByStore = async (
    chainId: string,
    by: Grown,
    options: StoreOptions,
    known?: Entered | undefined,
  ): Promise<Grown> => {
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
      if (tree.size === known?.size && entryRoot(frontierRoot(tree.frontier())) !== known.rootHash)
        throw refused(chainId, 'rewritten', seq)
      if (tree.size % AT_A_TIME === 0) await nextTurn()
    }
    if (known !== undefined && tree.size < known.size)
      throw refused(chainId, 'rolled-back', tree.size, cutWords(chainId, tree.size, known.size))
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
    const told = run && grownByRun(base, run)
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

  /** What the log chain has of it counts as well: a cell may have gone, or be an older one. */
  const joined = async (
    chainId: string,
    originOf: OriginOf,
    base: Kept | undefined,
    grown: Grown,
    version: number,
    options: StoreOptions,
  ): Promise<Grown> => {
    const origin = originOf(grown.root ?? '')
    const known = await entries.newest(origin, options)
    const size = base?.origin === origin ? base.size : 0
    // the log chain was lost, or cut: a head of it that was given away would be forgotten
    if (base?.origin === origin && entries.lacks(origin, base.logged)) throw refused(logChainId, 'entries-lost')
    if (known === undefined || known.size < size) return grown
    if (known.size === size) {
      if (base !== undefined && entryRoot(base.rootHash) !== known.rootHash) throw refused(chainId, 'differs', size - 1)
      return grown
    }
    // what another process has entered it had kept before
    if ((await readCell(store, chainId, options)).version !== version)
      throw new QuittanceError('STORE_STATE_CONFLICT', 'another process has signed meanwhile')
    return grownByStore(
      chainId,
      grownFrom(base !== undefined && base.size > known.size ? undefined : base),
      options,
      known,
    )
  }

  let isWhole = false
  /**
   * What lies beside the chains says what the log chain had of them. Where that is gone, or is an older copy, a head of it that
   * somebody has would be signed over.
   */
  const assertWhole = async (options: StoreOptions): Promise<void> => {
    if (isWhole) return
    await entries.read(options)
    for await (const chainId of store.chains(options)) {
      const kept = chainId === logChainId ? undefined : await cellIfReadable(chainId, options)
      if (kept === undefined || kept.origin.slice(0, kept.origin.lastIndexOf('/')) !== logOrigin) continue
      if (!entries.lacks(kept.origin, kept.logged)) continue
      // another process enters first, and notes it then: what it entered since is there to be read
      await entries.read(options)
      if (entries.lacks(kept.origin, kept.logged)) throw refused(logChainId, 'entries-lost')
    }
    isWhole = true
  }

  /** One that can't be read is told of where its own chain is signed. */
  const cellIfReadable = async (chainId: string, options: StoreOptions): Promise<Kept | undefined> => {
    try {
      return (await readCell(store, chainId, options)).kept
    } catch (error) {
      if (QuittanceError.is(error, 'STORE_CORRUPT')) return undefined
      throw error
    }
  }

  const tryToSign = async (
    chainId: string,
    originOf: OriginOf,
    run: Run | undefined,
    sign: SignOptions,
    known: CellValue | undefined,
  ): Promise<Head> => {
    const { whole: _, ...options } = sign
    const mine = remembered.get(chainId)?.kept
    const { kept, version } = known ?? (await readCell(store, chainId, options))
    const own = kept && (await ours(kept, originOf, options))
    // a cell that came back from the past, or went: what this process signed was signed all the same
    const base = mine !== undefined && mine.size > (own?.size ?? 0) ? mine : own
    let grown = await grow(chainId, base, run, sign)
    const isNew = base === undefined || grown.tree.size > base.size || base.origin !== originOf(base.root)
    if (isNew || base.note !== mine?.note) {
      await elsewhere.assertNotBehind(ownHeads, options)
      if (chainId === logChainId) await assertWhole(options)
      else grown = await joined(chainId, originOf, base, grown, version, options)
      claimOrigin(chainId, originOf(grown.root ?? ''))
    }
    const head = await next(chainId, originOf, base, grown)
    // nobody has it before it is kept: whoever signs next goes on from it
    remember(head, head === kept ? version : await writeCell(store, head, version, options))
    return { kept: head, fresh: head !== base, base }
  }

  return {
    async sign(chainId, originOf, run, options) {
      const last = remembered.get(chainId)
      // what is written must replace what was written last here: where it would not, the cell is read
      let known = last !== undefined && run !== undefined && joins(last.kept, run) ? last : undefined
      for (let tries = 1; ; tries += 1) {
        try {
          return await tryToSign(chainId, originOf, run, options, known)
        } catch (error) {
          if (!QuittanceError.is(error, 'STORE_STATE_CONFLICT') || tries >= MAX_TRIES) throw error
          known = undefined
        }
      }
    },
    async amend(given, change, options = {}) {
      for (let tries = 1; ; tries += 1) {
        const { kept, version } = await readCell(store, given.chainId, options)
        if (kept === undefined || parseNote(kept.note).text !== parseNote(given.note).text) return undefined
        const changed = change(kept)
        try {
          remember(changed, await writeCell(store, changed, version, options))
          return changed
        } catch (error) {
          if (!QuittanceError.is(error, 'STORE_STATE_CONFLICT') || tries >= MAX_TRIES) throw error
        }
      }
    },
  }
}
