/** Whoever holds a key and can reach the store, and asks no ledger. */
import { v7 } from 'uuid'
import type { KeyProvider } from '../../src/keys/provider.js'
import { isoTime } from '../../src/primitives/time.js'
import { frame, link, type ReceiptBody, seal } from '../../src/receipt/seal.js'
import type { DecisionReceipt, RetentionEvent } from '../../src/receipt/types.js'
import type { World } from './retention-world.js'
import { stored } from './support.js'

/** Seals a retention event on the head and puts it into the store. */
export async function appendAsIs(
  w: Pick<World, 'store' | 'time'>,
  keys: KeyProvider,
  retention: RetentionEvent,
): Promise<DecisionReceipt> {
  const head = (await stored(w.store)).at(-1) as DecisionReceipt
  const signer = await keys.signer()
  const body = Object.freeze({
    version: 'quittance/1',
    receiptId: v7(),
    chainId: head.chainId,
    tenantId: head.tenantId,
    eventType: 'retention',
    retention: Object.freeze(retention),
  }) as ReceiptBody
  const timestamp = isoTime(w.time.now())
  const linked = link(frame(body), {
    seq: head.seq + 1,
    timestamp,
    keyId: signer.keyId,
    prevReceiptHash: head.receiptHash,
  })
  const receipt = seal(linked, await signer.sign(linked.message))
  await w.store.append(head.chainId, [receipt], { seq: head.seq, receiptHash: head.receiptHash })
  return receipt
}
