import type { HeadRef } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import type { VerifyOptions, VerifyResult } from '../../verify/types.js'

/** How far an export is. */
export interface ExportProgress {
  readonly chainId: string
  /** Receipts that were read. */
  readonly read: number
  /** How many there are to be read. */
  readonly total: number
}

/** What to export, and how. */
export interface ExportOptions {
  /**
   * Judges the chain as it flows by, from the first receipt that is held on, also where less is exported. `false` says in
   * so many words that nothing is looked at.
   */
  readonly keyring: Keyring | false
  /** The first and the last seq, both inclusive; default all that is held. */
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
  /** Sealed at this time or later. */
  readonly from?: string | undefined
  /** Sealed before this time. */
  readonly to?: string | undefined
  /** The last receipt of an earlier export: only what follows it is given, and only if it is still in the chain. */
  readonly after?: HeadRef | undefined
  /** Takes a pruned beginning for complete, as `verifyChain` does; it is exported either way. */
  readonly acceptPruned?: VerifyOptions['acceptPruned']
  /** Gives up, with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Called now and then, and at the end. What it throws ends the export. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined
}

/** What was exported of a chain. */
export interface ExportedChain {
  readonly chainId: string
  /** Lines that were given. */
  readonly exported: number
  /** The first seq that was given; absent where none was. */
  readonly first?: number | undefined
  /** The last receipt that was given. */
  readonly last?: HeadRef | undefined
  /** The verifier's result on all that was read; absent with `keyring: false`. */
  readonly verification?: VerifyResult | undefined
}
