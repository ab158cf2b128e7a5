import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { collect, refOf, temporaryFolder } from './temporary.js'

/** Two histories that part at seq 4: everything that is appended is a stretch of one of them. */
const trunk = testReceipts({ chainId: 'c', count: 12, rationale: (seq) => (seq % 3 === 0 ? `text ${seq}` : undefined) })
const branch = [...trunk.slice(0, 4), ...testReceipts({ chainId: 'c', count: 8, after: trunk[3], label: 'branch' })]
const histories = [trunk, branch]

type Step =
  | { readonly do: 'append'; readonly history: number; readonly from: number; readonly count: number }
  | { readonly do: 'prune'; readonly history: number; readonly before: number }
  | { readonly do: 'erase'; readonly history: number; readonly seq: number }
  | { readonly do: 'reopen' }

const seq = fc.nat({ max: 11 })
const history = fc.nat({ max: 1 })
const append = fc.record({
  do: fc.constant('append' as const),
  history,
  from: seq,
  count: fc.integer({ min: 1, max: 6 }),
})
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: append },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('prune' as const), history, before: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), history, seq }) },
    { weight: 1, arbitrary: fc.constant({ do: 'reopen' as const }) },
  ),
  { maxLength: 25 },
)

/** What the contract says, in the fewest words: an array of receipts. */
function contract() {
  let held: DecisionReceipt[] = []
  return {
    held: () => held,
    append(receipts: readonly DecisionReceipt[], expected: DecisionReceipt | undefined): string {
      const there = (receipt: DecisionReceipt) => held.some((one) => one.receiptHash === receipt.receiptHash)
      const missing = receipts.filter((receipt) => !there(receipt))
      if (missing.length === 0) return 'done'
      const before = missing.length < receipts.length ? receipts[receipts.indexOf(missing[0]!) - 1] : expected
      if (held.at(-1)?.receiptHash !== before?.receiptHash) return 'STORE_CONFLICT'
      held.push(...missing)
      return 'done'
    },
    prune(before: number, through: DecisionReceipt): string {
      const first = held[0]
      if (first === undefined || before <= first.seq) return '0'
      if (before > held.at(-1)!.seq) return 'RangeError'
      if (held.find((one) => one.seq === before - 1)?.receiptHash !== through.receiptHash) return 'STORE_CONFLICT'
      const kept = held.filter((one) => one.seq >= before)
      const count = held.length - kept.length
      held = kept
      return String(count)
    },
    erase(receiptId: string): string {
      const at = held.findIndex((one) => one.receiptId === receiptId)
      const receipt = held[at]
      if (receipt?.details === undefined) return 'false'
      const { details: _, ...rest } = receipt
      held[at] = rest as DecisionReceipt
      return 'true'
    },
  }
}

const answer = async (call: Promise<unknown> | undefined): Promise<string> => {
  try {
    return String((await call) ?? 'done')
  } catch (error) {
    return QuittanceError.is(error) ? error.code : (error as Error).name
  }
}

async function doStep(store: ReceiptStore, step: Exclude<Step, { do: 'reopen' }>): Promise<string> {
  const receipts = histories[step.history]!
  switch (step.do) {
    case 'append': {
      const batch = receipts.slice(step.from, step.from + step.count)
      const before = receipts[step.from - 1]
      return answer(store.append('c', batch, before && refOf(before)))
    }
    case 'prune':
      return answer(store.prune?.('c', step.before, refOf(receipts[step.before - 1]!)))
    case 'erase':
      return answer(store.eraseDetails?.('c', receipts[step.seq]!.receiptId))
  }
}

describe('whatever is asked of them, in whatever order', () => {
  it('both stores answer as the contract says and hold the same lines', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const folder = await temporaryFolder()
        const memory = memoryStore()
        let file = fileStore(folder)
        const model = contract()
        for (const step of script) {
          if (step.do === 'reopen') {
            await file.close()
            file = fileStore(folder)
            continue
          }
          const receipts = histories[step.history]!
          const expected =
            step.do === 'append'
              ? model.append(receipts.slice(step.from, step.from + step.count), receipts[step.from - 1])
              : step.do === 'prune'
                ? model.prune(step.before, receipts[step.before - 1]!)
                : model.erase(receipts[step.seq]!.receiptId)
          expect([step, await doStep(memory, step)]).toEqual([step, expected])
          expect([step, await doStep(file, step)]).toEqual([step, expected])
        }
        const lines = model.held().map(lineOf)
        for (const store of [memory, file]) {
          expect(await collect(store.lines!('c'))).toEqual(lines)
          expect(await store.head('c')).toEqual(model.held().at(-1))
          for (const receipt of [...trunk, ...branch]) {
            expect(await store.get('c', receipt.receiptId)).toEqual(
              model.held().find((one) => one.receiptId === receipt.receiptId),
            )
          }
        }
        await file.close()
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})
