/** Intents: what is about to be done is on record before it is done, and its outcome after. */
import { ReceiptCollector } from '../collector/collector.js'
import type { CollectorOptions } from '../collector/options.js'

/**
 * Records that something is about to be done, does it, and records what came of it. The intent is a `tool_call` receipt,
 * durable before `act` begins; the outcome is a `tool_result` with the intent as its parent. An intent without an outcome
 * shows in `quittance coverage` with its age: the process died in between, or somebody kept the outcome back.
 *
 * @param options - as for a collector, with the `tool`: say its `effect`, and give it a `callId` of its own
 * @param describe - puts the facts of the intent on its collector: input, action, checks
 * @param act - does it, with the collector of the outcome; where it throws, the outcome says so
 * @returns what `act` gives, once the outcome is durable
 * @throws what the ledger throws: before `act` began, nothing was done; what `act` throws
 * @example
 * ```ts
 * import type { Ledger } from 'quittance'
 * import { withIntent } from 'quittance/transparency'
 * async function refund(ledger: Ledger, orderId: string, pay: (orderId: string) => Promise<{ paid: boolean }>) {
 *   const tool = { name: 'refund', callId: `refund-${orderId}`, effect: 'destructive' }
 *   return withIntent({ ledger, tenantId: 'acme', tool }, (intent) => intent.setInput({ orderId }), async (outcome) => {
 *     const answer = await pay(orderId)
 *     outcome.setOutput(answer)
 *     return answer
 *   })
 * }
 * ```
 */
export async function withIntent<T>(
  options: Omit<CollectorOptions, 'eventType'> & Required<Pick<CollectorOptions, 'tool'>>,
  describe: (intent: ReceiptCollector) => unknown,
  act: (outcome: ReceiptCollector) => Promise<T>,
): Promise<T> {
  const intent = new ReceiptCollector({ ...options, eventType: 'tool_call' })
  await describe(intent)
  await intent.emit()
  const { ledger, tool } = options
  const outcome = new ReceiptCollector({ ledger, tool, eventType: 'tool_result', parent: intent })
  return outcome.run(act)
}
