/**
 * A queue that delivers each message at least once. The receipt's id follows from the message, so that a message that is
 * delivered again is recognised: it makes no second decision and no second receipt.
 */
import { createLedger, type DecisionReceipt, ReceiptCollector, receiptIdFrom } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { memoryStore } from 'quittance/store/memory'

const ledger = createLedger({ store: memoryStore(), keys: localKey({ ephemeral: true }), redactor: false })

interface Message {
  readonly id: string
  /** By the queue's own record, the same at every delivery. */
  readonly sentAt: Date
  readonly body: string
}

/** The id of the first attempt that did not fail, with the receipt that it left already, if any. */
async function findAttempt(
  message: Message,
): Promise<{ receiptId: string; attempt: number; done: DecisionReceipt | undefined }> {
  for (let attempt = 1; ; attempt += 1) {
    const receiptId = receiptIdFrom(`${message.id}/${attempt}`, message.sentAt)
    const earlier = await ledger.store.get('acme', receiptId)
    // a failed attempt keeps its receipt; the next one has an id of its own
    if (!earlier?.error) return { receiptId, attempt, done: earlier }
  }
}

async function onMessage(message: Message, classify: (text: string) => Promise<string>): Promise<DecisionReceipt> {
  const { receiptId, attempt, done } = await findAttempt(message)
  if (done) return done
  const collector = new ReceiptCollector({ ledger, tenantId: 'acme', receiptId })
  await collector.run(async (receipt) => {
    receipt.setStep(0, attempt).setInput(message.body)
    receipt.setOutput(await classify(message.body)).setAction('allow')
  })
  return collector.emit()
}

const message: Message = {
  id: 'queue-message-1',
  sentAt: new Date('2026-03-01T09:30:00.000Z'),
  body: 'Where is my order?',
}
const down = async (): Promise<string> => {
  throw new Error('the model is away')
}
const up = async (): Promise<string> => 'shipping'

await onMessage(message, down).catch((error: Error) => console.log('delivered, failed:', error.message))
const first = await onMessage(message, up)
// the acknowledgement was lost: the queue delivers once more, and nothing is decided twice
const again = await onMessage(message, up)
console.log('the same receipt:', first.receiptHash === again.receiptHash)

for await (const { seq, eventType, action, error, attempt } of ledger.store.read('acme')) {
  console.log(seq, eventType, action ?? error?.code ?? '', attempt ?? '')
}
await ledger.close()
