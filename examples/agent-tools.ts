/**
 * An agent that calls a tool, waits for a person and goes on hours later. The call of a tool is durable before the tool
 * runs, so that nothing is done without a trace; what joins the receipts is a `ref`, plain JSON that any database keeps.
 */
import { randomBytes } from 'node:crypto'
import { createLedger, ReceiptCollector, type ReceiptRef } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { memoryStore } from 'quittance/store/memory'

const ledger = createLedger({
  store: memoryStore(),
  keys: localKey({ ephemeral: true }),
  redactor: false,
  // reviewers reach the receipts only as keyed pseudonyms
  secret: randomBytes(32),
})

const refundTool = {
  name: 'refund',
  description: 'Pays money back.',
  parameters: { orderId: 'string', cents: 'integer' },
}

/** Round every tool: who calls it needs no parent, because the collector that is current is the parent. */
async function callTool<T>(callId: string, args: object, tool: () => Promise<T>): Promise<T> {
  const call = new ReceiptCollector({ ledger, tool: { name: refundTool.name, callId } })
  call.setTool({ name: refundTool.name, callId, type: 'function', effect: 'destructive', definition: refundTool })
  await call.setInput(args).setAction('allow').emit()
  return new ReceiptCollector({ ledger, eventType: 'tool_result', parent: call }).run(async (result) => {
    result.setTool({ name: refundTool.name, callId })
    const value = await tool()
    result.setOutput(value)
    return value
  })
}

/** The first request: the agent may not decide this alone. */
async function propose(): Promise<string> {
  const collector = new ReceiptCollector({ ledger, tenantId: 'acme', sessionId: 'conversation-7' })
  await collector.run((decision) => {
    decision
      .setAgent('refund-agent', '2.1')
      .setDecisionId('case-4711')
      .setInput('Order 77 never arrived.')
      .setOutput({ tool: 'refund', orderId: '77', cents: 12_900 })
      .addCheck('refund-limit', { op: 'gt', score: 129, threshold: 100 })
      .setAction('escalate')
  })
  return JSON.stringify(collector.ref)
}

/** Hours later, another process: only the JSON came along. */
async function approve(kept: string, reviewer: string, shownAt: Date): Promise<void> {
  const ref = JSON.parse(kept) as ReceiptRef
  const decision = await ledger.store.get(ref.chainId, ref.receiptId)
  if (!decision) throw new Error('there is no such decision')
  await new ReceiptCollector({ ledger, parent: decision, eventType: 'human_oversight' })
    .addLink('about', decision)
    .setDecisionId('case-4711')
    .setHumanOversight({ kind: 'approval', reviewer, role: 'support-lead', comment: 'The carrier confirmed the loss.' })
    .setTiming({ startedAt: shownAt })
    .emit()

  await new ReceiptCollector({ ledger, parent: decision }).run(async (second) => {
    second.setDecisionId('case-4711').addLink('supersedes', decision)
    const paid = await callTool('call-1', { orderId: '77', cents: 12_900 }, async () => ({ paid: true }))
    second.setOutput(paid).setAction('allow')
  })
}

const kept = await propose()
await approve(kept, 'reviewer-12', new Date(Date.now() - 90_000))

for await (const receipt of ledger.store.read('acme')) {
  const { seq, eventType, action = '', parentReceiptId, links } = receipt
  console.log(
    seq,
    eventType,
    action,
    parentReceiptId ? 'has a parent' : '',
    links?.map((link) => link.rel).join() ?? '',
  )
}
await ledger.close()
