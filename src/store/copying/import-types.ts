import type { HeadRef } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import type { VerifyOptions, VerifyResult } from '../../verify/types.js'
import type { KeptText } from './erasures.js'

/** How far an import is. */
export interface ImportProgress {
  /** Absent before the first line. */
  readonly chainId?: string | undefined
  /** Receipts that were appended. */
  readonly appended: number
  /** Receipts that the store had already. */
  readonly already: number
}

/** How to import. */
export interface ImportOptions {
  /** Judges the lines as they flow by. `false` says in so many words that nothing but the links is looked at. */
  readonly keyring: Keyring | false
  /** The chain that is meant; default: the one that the first line names. */
  readonly chainId?: string | undefined
  /** Takes a pruned beginning for complete, as `verifyChain` does; it is imported either way. */
  readonly acceptPruned?: VerifyOptions['acceptPruned']
  /** How many receipts are appended at once, 1 to 1,000; default 500. */
  readonly batch?: number | undefined
  /** Gives up, with the signal's reason. What was appended stays, and the same import goes on from there. */
  readonly signal?: AbortSignal | undefined
  /** Called after each batch. What it throws ends the import. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

/** What became of the lines. */
export interface ImportedChain {
  /** Absent where there was no line. */
  readonly chainId?: string | undefined
  /** Receipts that were appended now. */
  readonly appended: number
  /** Receipts that the store had already, or had pruned. */
  readonly already: number
  /** The first seq of the lines, and their last receipt. */
  readonly first?: number | undefined
  readonly last?: HeadRef | undefined
  /** Last lines without a newline, which were left out: they were never acknowledged. */
  readonly torn: number
  /** The verifier's result; absent with `keyring: false`. */
  readonly verification?: VerifyResult | undefined
  /** Free text that the store keeps and the lines have no more, as for `copy`. Absent where there is none. */
  readonly kept?: readonly KeptText[] | undefined
}
