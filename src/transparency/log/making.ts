/** Checkpoints of single chains: signed, and entered into the log chain. */

import { QuittanceError } from '../../errors.js'
import type { KeyProvider } from '../../keys/provider.js'
import type { Ledger } from '../../ledger/types.js'
import type { Kept } from './cell.js'
import { entryRoot } from './entries.js'
import type { Run } from './following.js'
import type { HeadNote, Heads } from './heads.js'
import type { OriginOf } from './own-cell.js'

/** Makes checkpoints of chains. */
export interface Making {
  /**
   * Signs how far a chain has come, and enters it into the log chain.
   *
   * @param run - its newest receipts
   * @param terms - `patient`: what other processes wrote they see to themselves, and enter what they have
   *   signed just now
   * @returns the checkpoint, and whether the log chain may not have it yet
   */
  make(
    chainId: string,
    run: Run | undefined,
    terms: { readonly patient: boolean },
  ): Promise<{ readonly kept: Kept; readonly entered: boolean; readonly open: boolean }>
  /** Notes beside the chains that the log chain has their checkpoints, so that no later process enters them again. */
  settle(except: (chainId: string) => boolean): Promise<void>
}

/** What it needs. */
export interface MakingOptions {
  readonly ledger: Ledger
  readonly heads: Heads
  /** The checkpoint key. */
  readonly keys: KeyProvider
  readonly origin: string
  readonly logChainId: string
  readonly tenantId: string
  /** So long another process is given to enter what it has signed, in milliseconds. */
  readonly graceMs: number
  readonly signal: AbortSignal
  warn(error: unknown, about: { readonly chainId: string }): void
  now(): number
}

const ROOT_DIGITS = 16
const AT_ONCE = 4

/**
 * @param options - what it needs
 * @returns what makes checkpoints
 */
export function createMaking(options: MakingOptions): Making {
  const { ledger, heads, keys, origin, logChainId, tenantId, graceMs, signal, warn, now } = options
  const unsettled = new Map<string, HeadNote & { readonly size: number }>()
  const originOf: OriginOf = (root, log = origin) => `${log}/${root.slice('sha256:'.length).slice(0, ROOT_DIGITS)}`

  let isCompared = false
  /** Whoever steals the one key of both could write a history and its checkpoints anew. */
  const compareKeys = async (receiptKey: string): Promise<void> => {
    if (isCompared) return
    const { keyId } = await keys.signer()
    isCompared = true
    if (keyId !== receiptKey) return
    const message =
      'the checkpoint key is the key of the receipts too: whoever steals it writes both anew. Take another one'
    warn(new QuittanceError('TLOG_UNTRUSTED', message, { details: { reason: 'same-key' } }), { chainId: logChainId })
  }

  return {
    async make(chainId, run, { patient }) {
      const { kept, fresh } = await heads.sign(chainId, originOf, run, { signal, whole: !patient })
      const { size, rootHash, note } = kept
      const isIn = kept.logged >= size || unsettled.get(chainId)?.size === size
      if (!fresh && isIn) return { kept, entered: false, open: false }
      if (!fresh && patient && now() - kept.madeAt < graceMs) return { kept, entered: false, open: true }
      const entry = { origin: kept.origin, size, rootHash: entryRoot(rootHash) }
      const { keyId } = await ledger.checkpoint(logChainId, entry, { tenantId, signal })
      unsettled.set(chainId, { chainId, size, note })
      await compareKeys(keyId)
      return { kept, entered: true, open: false }
    },
    async settle(except) {
      const idle = [...unsettled.values()].filter(({ chainId }) => !except(chainId))
      let next = 0
      const lane = async (): Promise<void> => {
        for (let one = idle[next]; one !== undefined; one = idle[next]) {
          next += 1
          const { chainId, size } = one
          try {
            await heads.amend(one, (kept) => ({ ...kept, logged: Math.max(kept.logged, size) }), { signal })
            if (unsettled.get(chainId) === one) unsettled.delete(chainId)
          } catch (error) {
            warn(error, { chainId })
          }
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, lane))
    },
  }
}
