/**
 * A service over `node:http`: `run` goes round the handler, so that each request leaves exactly one receipt, also when it
 * fails. Code deeper in the request adds its checks without being passed the collector.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { createLedger, currentCollector, ReceiptCollector, verifyChain } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { memoryStore } from 'quittance/store/memory'

// in production: a store and a key that outlive the process, and a redactor
const ledger = createLedger({ store: memoryStore(), keys: localKey({ ephemeral: true }), redactor: false })

interface Application {
  readonly income: number
  readonly amount: number
}

function isApplication(value: unknown): value is Application {
  const { income, amount } = (value ?? {}) as Partial<Record<keyof Application, unknown>>
  return typeof income === 'number' && typeof amount === 'number'
}

/** Knows nothing of receipts but that somebody may be collecting. */
function affordability({ income, amount }: Application): number {
  const score = amount / income
  currentCollector()?.addCheck('affordability', { version: '1', op: 'gt', score, threshold: 0.4, stage: 'input' })
  return score
}

/** A header that is not valid begins a new trace, as the standard has it, and is no reason to refuse the request. */
function trace(receipt: ReceiptCollector, header: string | string[] | undefined): void {
  try {
    if (typeof header === 'string') receipt.setTraceparent(header)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    receipt.addTag('traceparent-invalid')
  }
}

async function decide(request: IncomingMessage): Promise<{ granted: boolean }> {
  const collector = new ReceiptCollector({ ledger, tenantId: 'acme', systemId: 'credit-scoring' })
  return collector.run(async (receipt) => {
    trace(receipt, request.headers.traceparent)
    const application: unknown = await json(request)
    receipt.setInput(application)
    if (!isApplication(application)) throw new TypeError('income and amount must be numbers')
    const granted = affordability(application) <= 0.4
    receipt
      .setDecision({ type: 'credit', annexIII: '5(b)', role: 'decides', favourable: granted })
      .setOutput({ granted })
      .setAction(granted ? 'allow' : 'reject')
    return { granted }
  })
}

/** What the client learns, it learns after the receipt is durable. */
async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const answer = await decide(request)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  } catch (error) {
    response.writeHead(error instanceof TypeError || error instanceof SyntaxError ? 400 : 500).end()
  }
}

const server = createServer((request, response) => void handle(request, response))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

for (const body of ['{"income":4000,"amount":900}', '{"income":4000,"amount":3000}', '{"income":"a lot"}']) {
  const { status } = await fetch(url, { method: 'POST', body, headers: { traceparent } })
  console.log(status, body)
}
server.close()

for await (const receipt of ledger.store.read('acme')) {
  console.log(receipt.seq, receipt.eventType, receipt.action ?? receipt.error?.code ?? '', receipt.checks ?? '')
}
const { verdict } = await verifyChain(ledger.store.read('acme'), { keyring: await ledger.keyring() })
console.log(verdict)
await ledger.close()
