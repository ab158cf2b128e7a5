/** A chain that grows by one receipt a day, on a clock that is moved by hand. */
import { Keyring, type KeyringEntry } from '../../src/keys/keyring.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { type Environment, realEnvironment } from '../../src/ledger/environment.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerOptions, PruneOptions } from '../../src/ledger/types.js'
import { leafHash } from '../../src/merkle/hash.js'
import { merkleRoot } from '../../src/merkle/range-root.js'
import { receiptLeaf } from '../../src/merkle/receipt-leaf.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { verifyChain } from '../../src/verify/chain.js'
import type { VerifyResult } from '../../src/verify/types.js'
import { draft, keyNamed, stored } from './support.js'

export const DAY = 86_400_000
export const START = Date.parse('2026-01-01T00:00:00.000Z')
export const retention = keyNamed('retention')

/** Below the floor, so that a test needs few days. */
export const shortly = { retentionDays: 10, retentionOverride: { reason: 'test' } }

/** A clock that is moved by hand. */
export function clock(): Environment & { day: number } {
  return {
    ...realEnvironment,
    day: 0,
    now() {
      return START + this.day * DAY
    },
  }
}

export const idOf = async (keys: KeyProvider): Promise<string> => (await keys.signer()).keyId

export async function trusted(...more: KeyringEntry[]): Promise<Keyring> {
  return new Keyring([
    { keyId: await idOf(keyNamed('a')) },
    { keyId: await idOf(retention), uses: ['retention'] },
    ...more,
  ])
}

export interface World {
  readonly store: ReceiptStore
  readonly time: ReturnType<typeof clock>
  readonly keyring: Keyring
  ledger: Ledger
}

export async function world(options: Partial<LedgerOptions> = {}): Promise<World> {
  const time = clock()
  const store = options.store ?? memoryStore()
  const keyring = options.keyring ?? (await trusted())
  return {
    store,
    time,
    keyring,
    ledger: createLedgerWith({ keys: keyNamed('a'), redactor: false, ...shortly, ...options, store, keyring }, time),
  }
}

/** One receipt a day: seq 0 and 1 on day 0, seq n+1 on day n. */
export async function days(
  w: World,
  count: number,
  member: (day: number) => Partial<ReceiptDraft> = () => ({}),
): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    w.time.day = day
    await w.ledger.append(draft(member(day)))
  }
}

export const prune = (w: World, olderThanDays: number, more: Partial<PruneOptions> = {}) =>
  w.ledger.prune('acme', { olderThanDays, reason: 'age', keys: retention, ...more })
export const seqs = async (w: World) => (await stored(w.store)).map(({ seq }) => seq)

/** The root over the leaves of receipts, all of them at once. */
export const root = (receipts: readonly DecisionReceipt[]): `sha256:${string}` => {
  const leaves = receipts.map(({ receiptHash, signature }) => leafHash(receiptLeaf(receiptHash, signature)))
  return `sha256:${Buffer.from(merkleRoot(leaves)).toString('hex')}`
}

/** The judgement of who accepts what was pruned after ten days. */
export async function judged(w: World, minDays = 10): Promise<VerifyResult> {
  const options = { keyring: w.keyring, acceptPruned: { minDays }, now: new Date(w.time.now()) }
  return verifyChain(await stored(w.store), options)
}
