/** Holds a chain against checkpoints: the Merkle tree over its leaves, compared at each size that an anchor names. */
import {
  appendLeaf,
  emptyFrontier,
  type Frontier,
  frontierRoot,
  HASH_BYTES,
  leafHash,
  receiptLeaf,
} from '../merkle/index.js'
import { toHex } from '../primitives/bytes.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Findings, Place } from './findings.js'
import type { Anchor } from './types.js'

const isSignature = (claim: unknown): boolean => typeof claim === 'string' && /^ed25519:[0-9a-f]{128}$/.test(claim)

/** What a chain is held against: an anchor, or a checkpoint with its note. */
export interface Mark extends Omit<Anchor, 'chainId'> {
  /** Of a checkpoint. */
  readonly origin?: string | undefined
  /** Of a checkpoint: whether as many witnesses as its policy asks for have seen it. */
  readonly witnessed?: boolean | undefined
  /** The signed checkpoint, to be shown where the chain contradicts it. */
  readonly note?: string | undefined
}

/** What the receipts themselves say of what was removed before them. */
export interface PrunedBeginning {
  /** The tree of what was removed, where it is all that ever was before: its size, and its root as `sha256:` and hex. */
  readonly tree?: { readonly size: number; readonly rootHash: string } | undefined
  /** Whether the verifier takes a chain without it for complete. */
  readonly accepted: boolean
}

const rootOf = (tree: Frontier): string => `sha256:${toHex(frontierRoot(tree))}`

/** Follows one chain. */
export class AnchorWatch {
  readonly #waiting: Mark[]
  readonly #matched: Mark[] = []
  readonly #start: Frontier | undefined
  #frontier: Frontier = emptyFrontier
  #begun = false
  #following = true
  /** Whether `#frontier` came from `#start`. */
  #started = false
  /** Those that end before the tree is followed: nothing links them to a receipt that was seen. */
  #before: readonly Mark[] = []
  /** The first that the chain does not lead to from `#start`, which may itself be to blame. */
  #doubtful: { readonly mark: Mark; readonly place: Place } | undefined
  #contradicted = false

  /**
   * @param marks - of this chain, any order
   * @param start - what a chain that does not begin at seq 0 is followed from; nothing of it is believed
   */
  constructor(marks: readonly Mark[], start?: Frontier) {
    this.#waiting = [...marks].sort((a, b) => a.size - b.size)
    this.#start = start
  }

  /** Those that were found in the chain, but for such of size 0. */
  get matched(): readonly Mark[] {
    return this.#matched
  }

  /** Takes the next receipt; the tree can only be followed from seq 0 on, or from a known tree, without a hole. */
  saw(receipt: DecisionReceipt, place: Place, findings: Findings): void {
    if (this.#waiting.length === 0 || !this.#following) return
    if (!this.#begun) this.#begin(receipt.seq, place, findings)
    // what is older than the tree is linked to by its next leaf
    if (receipt.seq < this.#frontier.size) return
    if (receipt.seq !== this.#frontier.size || !isSignature(receipt.signature)) {
      this.#following = false
      return
    }
    this.#frontier = appendLeaf(this.#frontier, leafHash(receiptLeaf(receipt.receiptHash, receipt.signature)))
    this.#compareReached(place, findings)
  }

  #begin(seq: number, place: Place, findings: Findings): void {
    this.#begun = true
    // a checkpoint of size 0 was made before there was a receipt
    this.#compareReached(place, findings)
    const start = this.#start
    if (seq === 0 || start === undefined || start.size < seq) return
    this.#frontier = start
    this.#started = true
    this.#before = this.#waiting.splice(0, this.#waiting.filter(({ size }) => size <= start.size).length)
  }

  /**
   * Looks at receipts that go on where the last one stood.
   *
   * @param seq - of the first of them
   * @param count - how many
   * @param leaves - their leaf hashes, 32 bytes each; none where there was no need of them
   * @returns what takes note of them; `undefined` where something would be found, or can't be told
   */
  follow(seq: number, count: number, leaves: Uint8Array | undefined): (() => void) | undefined {
    if (this.#waiting.length === 0 || !this.#following || seq + count <= this.#frontier.size) return () => {}
    if (leaves?.length !== count * HASH_BYTES || seq !== this.#frontier.size) return undefined
    let frontier = this.#frontier
    let reached = 0
    for (let at = 0; at < leaves.length; at += HASH_BYTES) {
      frontier = appendLeaf(frontier, leaves.subarray(at, at + HASH_BYTES))
      for (; this.#waiting[reached]?.size === frontier.size; reached += 1) {
        if (rootOf(frontier) !== this.#waiting[reached]?.rootHash) return undefined
      }
    }
    return () => {
      this.#frontier = frontier
      this.#matched.push(...this.#waiting.splice(0, reached))
    }
  }

  #compareReached(place: Place, findings: Findings): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].size <= this.#frontier.size) {
      this.#compare(place, findings)
    }
  }

  #compare(place: Place, findings: Findings): void {
    const mark = this.#waiting.shift() as Mark
    if (rootOf(this.#frontier) === mark.rootHash) {
      // every chain leads to one of size 0, so it says nothing of this one
      if (mark.size > 0) this.#matched.push(mark)
    }
    // where one was met, the tree that was begun with is the right one
    else if (this.#started && this.#matched.length === 0) this.#doubtful ??= { mark, place }
    else this.#mismatch(mark, place, findings)
  }

  /** Of checkpoints only the first: it is where to look, and all behind it differ too. */
  #mismatch({ size, note }: Mark, place: Place, findings: Findings): void {
    if (note !== undefined && this.#contradicted) return
    if (note !== undefined) this.#contradicted = true
    const held = note === undefined ? undefined : this.#matched.findLast((one) => one.size < size)
    const since = held === undefined ? '' : `, and behind the one of size ${held.size}, which holds`
    const message = `does not lead to the checkpoint of size ${size}: the chain was rewritten or forked before it${since}`
    findings.problem({ code: 'CHECKPOINT_MISMATCH', ...place, message, ...(note !== undefined && { notes: [note] }) })
  }

  /**
   * @param last - the last seq that was seen
   * @param findings - where to say what was not reached
   * @param pruned - what the receipts say of what is not there any more
   */
  finish(last: number | undefined, findings: Findings, pruned: PrunedBeginning): void {
    this.#compareReached({}, findings)
    if (this.#doubtful !== undefined) this.#settle(this.#doubtful, findings, pruned)
    const found = findings.found
    const next = (last ?? -1) + 1
    for (const { size } of told(this.#waiting)) {
      const message =
        this.#following && next < size
          ? `the checkpoint of size ${size} covers seq ${next} to ${size - 1}, which are missing`
          : `the checkpoint of size ${size} can't be compared, because the chain was not seen whole from seq 0`
      findings.problem({ code: 'CHECKPOINT_NOT_REACHED', message })
    }
    const useless = this.#matched.length === 0 && !this.#doubtful && !this.#contradicted && findings.found === found
    if (pruned.accepted && !useless) return
    for (const { size } of told(this.#before)) {
      const message = `the checkpoint of size ${size} can't be compared: the tree that was given for what was removed has ${this.#start?.size} leaves, and what follows is not in it`
      findings.problem({ code: 'CHECKPOINT_NOT_REACHED', message })
    }
  }

  /** Whether the tree that was begun with is known to be the right one decides what a difference means. */
  #settle({ mark, place }: { mark: Mark; place: Place }, findings: Findings, { tree }: PrunedBeginning): void {
    const start = this.#start as Frontier
    const vouched = tree?.size === start.size && tree.rootHash === rootOf(start)
    if (vouched || this.#matched.length > 0) {
      this.#mismatch(mark, place, findings)
      return
    }
    const message = `the checkpoint of size ${mark.size} is not led to from the tree that was given for what was removed, and no retention receipt says that it is the right one`
    findings.problem({ code: 'CHECKPOINT_NOT_REACHED', ...place, message })
  }
}

/** Of checkpoints the largest, which says it for all. */
function told(marks: readonly Mark[]): readonly Mark[] {
  const largest = marks.findLast(({ note }) => note !== undefined)
  return marks.filter((mark) => mark.note === undefined || mark === largest)
}
