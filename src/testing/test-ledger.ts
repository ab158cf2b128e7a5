import { v7 } from 'uuid'
import { localKey } from '../keys/local.js'
import type { Environment } from '../ledger/environment.js'
import { createLedgerWith } from '../ledger/ledger.js'
import type { Ledger } from '../ledger/types.js'
import { sha256 } from '../primitives/sha256.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { memoryStore } from '../store/memory.js'

/** A ledger for tests, and the receipts that it holds. */
export interface TestLedger extends Ledger {
  /**
   * @param chainId - one chain; by default every chain, sorted by name
   * @returns the receipts, by seq
   */
  receipts(chainId?: string): Promise<DecisionReceipt[]>
}

/** Bytes that only look random: the same for the same seed and order of calls. */
function byteSource(seed: number): (count: number) => Uint8Array {
  let block = 0
  return (count) => {
    const bytes = new Uint8Array(count)
    for (let offset = 0; offset < count; offset += 32) {
      bytes.set(sha256(`quittance test ${seed} ${block}`).subarray(0, count - offset), offset)
      block += 1
    }
    return bytes
  }
}

/**
 * A ledger in memory whose clock stands still and whose ids, salts and keys come from a seed: the same calls give the
 * same bytes. Nothing is redacted. For tests only: its private key follows from the seed.
 *
 * @param options - `now`, the instant at which the clock stands, default 2026-01-01T00:00:00.000Z; `seed`, default 1
 * @returns the ledger, with `receipts()` to look at what was sealed
 * @throws RangeError when `now` is no date
 * @example
 * ```ts
 * import { ReceiptCollector } from 'quittance'
 * import { testLedger } from 'quittance/testing'
 * const ledger = testLedger()
 * await new ReceiptCollector({ ledger, tenantId: 'acme' }).setInput('a').setAction('allow').emit()
 * const [start, decision] = await ledger.receipts('acme')
 * console.log(start?.eventType, decision?.action) // system allow
 * ```
 */
export function testLedger(
  options: { readonly now?: Date | string | undefined; readonly seed?: number | undefined } = {},
): TestLedger {
  const now = new Date(options.now ?? '2026-01-01T00:00:00.000Z').getTime()
  if (Number.isNaN(now)) throw new RangeError('options.now must be a date')
  const random = byteSource(options.seed ?? 1)
  const environment: Environment = {
    now: () => now,
    uuid: () => v7({ msecs: now, random: random(16) }),
    random,
  }
  const store = memoryStore()
  const ledger = createLedgerWith(
    { store, keys: localKey({ seed: random(32) }), redactor: false, secret: random(32) },
    environment,
  )
  return Object.assign(ledger, {
    async receipts(chainId?: string) {
      const chains: string[] = []
      if (chainId === undefined) for await (const chain of store.chains()) chains.push(chain)
      else chains.push(chainId)
      const receipts: DecisionReceipt[] = []
      for (const chain of chains.sort()) for await (const receipt of store.read(chain)) receipts.push(receipt)
      return receipts
    },
  })
}
