import { localKey } from '../../src/keys/local.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { sha256 } from '../../src/primitives/sha256.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { realEnvironment } from '../../src/ledger/environment.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { ReceiptStore } from '../../src/store/store.js'

/** A key that is the same for the same name. */
export const keyNamed = (name: string): KeyProvider => localKey({ seed: sha256(`quittance test key ${name}`) })

/** A draft that a ledger takes; what is given stands over it. */
export function draft(members: Partial<ReceiptDraft> = {}): ReceiptDraft {
  return {
    receiptId: realEnvironment.uuid(),
    chainId: 'acme',
    tenantId: 'acme',
    eventType: 'decision',
    action: 'allow',
    checks: [],
    ...members,
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export const stored = (store: ReceiptStore, chainId = 'acme'): Promise<DecisionReceipt[]> => collect(store.read(chainId))
