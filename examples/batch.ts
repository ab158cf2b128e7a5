/**
 * A batch: `appendAll` pulls drafts as fast as receipts become durable, so that a million rows need no more memory than a
 * few hundred, and gives them back in order.
 */
import { createLedger, ReceiptCollector, verifyChain } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { memoryStore } from 'quittance/store/memory'

const ledger = createLedger({ store: memoryStore(), keys: localKey({ ephemeral: true }), redactor: false })
const ROWS = 2_000

async function* decisions(): AsyncGenerator<ReceiptCollector> {
  for (let row = 0; row < ROWS; row += 1) {
    const score = ((row * 37) % 100) / 100
    yield new ReceiptCollector({ ledger, tenantId: 'acme', sessionId: 'batch-2026-03-01', parent: null })
      .setInput({ row, score })
      .addCheck('risk', { op: 'gte', score, threshold: 0.9 })
      .setAction(score >= 0.9 ? 'reject' : 'allow')
  }
}

const counts = new Map<string, number>()
for await (const { action = '' } of ledger.appendAll(decisions())) counts.set(action, (counts.get(action) ?? 0) + 1)
console.log(Object.fromEntries(counts))

const { verdict, checked } = await verifyChain(ledger.store.read('acme'), { keyring: await ledger.keyring() })
console.log(verdict, checked)
await ledger.close()
