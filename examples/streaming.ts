/**
 * A streamed answer: the text flows through `pipeOutput` to the client, and the client sees the end only once the receipt
 * is durable. Text is piped before it is encoded, so that it can be redacted; bytes could only be hashed.
 */
import { createLedger, ReceiptCollector } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { memoryStore } from 'quittance/store/memory'

const ledger = createLedger({ store: memoryStore(), keys: localKey({ ephemeral: true }), redactor: false })

/** What a client of a model gives: events, some of them with text. */
interface ModelEvent {
  readonly delta?: string
  readonly usage?: { readonly input: number; readonly output: number }
}

function askModel(words: readonly string[]): ReadableStream<ModelEvent> {
  const events: ModelEvent[] = [...words.map((delta) => ({ delta })), { usage: { input: 12, output: words.length } }]
  return new ReadableStream({
    pull(controller) {
      const event = events.shift()
      if (event) controller.enqueue(event)
      else controller.close()
    },
  })
}

/** Collectors whose streams may still be open: their receipts are waited for before the ledger is closed. */
const open = new Set<ReceiptCollector>()

/** The response is there at once; its receipt follows when the stream has ended, failed or been left. */
function answer(prompt: string): Promise<Response> {
  const collector = new ReceiptCollector({ ledger, tenantId: 'acme', eventType: 'inference' })
  open.add(collector)
  return collector.run((receipt) => {
    receipt.setInput(prompt).setModel({ modelId: 'example-model-1', operation: 'chat' })
    const toText = new TransformStream<ModelEvent, string>({
      transform({ delta, usage }, controller) {
        if (delta !== undefined) controller.enqueue(delta)
        if (usage) receipt.setUsage({ inputTokens: usage.input, outputTokens: usage.output })
      },
    })
    const text = receipt.pipeOutput(askModel(['Receipts ', 'are ', 'kept.']).pipeThrough(toText), {
      mediaType: 'text/plain',
    })
    return new Response(text.pipeThrough(new TextEncoderStream()))
  })
}

console.log(await (await answer('What is kept?')).text())

// a client that leaves in the middle: what it could have seen is recorded, as partial
const left = (await answer('And if I leave?')).body?.getReader()
await left?.read()
await left?.cancel()

// emitting again gives the one receipt that the stream makes
await Promise.all([...open].map((collector) => collector.emit()))

for await (const { eventType, output, usage } of ledger.store.read('acme'))
  console.log(eventType, output ?? '', usage ?? '')
await ledger.close()
