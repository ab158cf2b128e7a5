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

/** Follows one chain. */
export class AnchorWatch {
  readonly #waiting: Anchor[]
  readonly #matched: Anchor[] = []
  #frontier: Frontier = emptyFrontier
  #following = true

  /** @param anchors - of this chain, any order */
  constructor(anchors: readonly Anchor[]) {
    this.#waiting = [...anchors].sort((a, b) => a.size - b.size)
  }

  /** The anchors that were found in the chain. */
  get matched(): readonly Anchor[] {
    return this.#matched
  }

  /** Takes the next receipt; the tree can only be followed from seq 0 on, without a hole. */
  saw(receipt: DecisionReceipt, place: Place, findings: Findings): void {
    if (this.#waiting.length === 0 || !this.#following) return
    // a checkpoint of size 0 was made before there was a receipt
    if (this.#frontier.size === 0) this.#compareReached(place, findings)
    if (receipt.seq !== this.#frontier.size || !isSignature(receipt.signature)) {
      this.#following = false
      return
    }
    this.#frontier = appendLeaf(this.#frontier, leafHash(receiptLeaf(receipt.receiptHash, receipt.signature)))
    this.#compareReached(place, findings)
  }

  /**
   * Looks at receipts that go on where the last one stood.
   *
   * @param count - how many
   * @param leaves - their leaf hashes, 32 bytes each; none where there was no need of them
   * @returns what takes note of them; `undefined` where something would be found, or can't be told
   */
  follow(count: number, leaves: Uint8Array | undefined): (() => void) | undefined {
    if (this.#waiting.length === 0 || !this.#following) return () => {}
    if (leaves?.length !== count * HASH_BYTES) return undefined
    let frontier = this.#frontier
    let reached = 0
    for (let at = 0; at < leaves.length; at += HASH_BYTES) {
      frontier = appendLeaf(frontier, leaves.subarray(at, at + HASH_BYTES))
      for (; this.#waiting[reached]?.size === frontier.size; reached += 1) {
        if (`sha256:${toHex(frontierRoot(frontier))}` !== this.#waiting[reached]?.rootHash) return undefined
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
    const anchor = this.#waiting.shift() as Anchor
    if (`sha256:${toHex(frontierRoot(this.#frontier))}` === anchor.rootHash) this.#matched.push(anchor)
    else {
      const message = `does not lead to the checkpoint of size ${anchor.size}: the chain was rewritten or forked before it`
      findings.problem({ code: 'CHECKPOINT_MISMATCH', ...place, message })
    }
  }

  /** @param last - the last seq that was seen */
  finish(last: number | undefined, findings: Findings): void {
    this.#compareReached({}, findings)
    for (const { size } of this.#waiting) {
      const message =
        this.#following && (last ?? -1) < size - 1
          ? `the checkpoint of size ${size} covers seq ${(last ?? -1) + 1} to ${size - 1}, which are missing`
          : `the checkpoint of size ${size} can't be compared, because the chain was not seen whole from seq 0`
      findings.problem({ code: 'CHECKPOINT_NOT_REACHED', message })
    }
  }
}
