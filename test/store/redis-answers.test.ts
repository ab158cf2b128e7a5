/** The script that decides inside Redis and the plan that decides in the process must never differ. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { QuittanceError } from '../../src/errors.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { newChain, storeOn } from './redis-support.js'
import { collect, refOf } from './temporary.js'

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const reused = '01890a5d-ac96-774b-bcce-b302099a8057'

let made: { readonly chainId: string; readonly histories: DecisionReceipt[][] } | undefined

/** Histories that part at seq 5; the last takes up an id that stands further down in all of them. */
function historiesOf(chainId: string): DecisionReceipt[][] {
  if (made?.chainId !== chainId) made = { chainId, histories: makeHistories(chainId) }
  return made.histories
}

function makeHistories(chainId: string): DecisionReceipt[][] {
  const options = {
    chainId,
    rationale: (seq: number) => (seq % 3 === 0 ? `text ${seq} "details":{€}` : undefined),
    body: (seq: number) => (seq === 2 ? { receiptId: reused } : {}),
  }
  const trunk = testReceipts({ ...options, count: 14 })
  const branch = (label: string, body: (seq: number) => object) => [
    ...trunk.slice(0, 5),
    ...testReceipts({ ...options, count: 9, after: trunk[4], label, body }),
  ]
  return [trunk, branch('branch', () => ({})), branch('reuses', (seq) => (seq === 8 ? { receiptId: reused } : {}))]
}

const withoutDetails = ({ details: _, ...rest }: DecisionReceipt) => rest as DecisionReceipt

const place = { history: fc.nat({ max: 2 }), from: fc.nat({ max: 13 }), count: fc.integer({ min: 1, max: 7 }) }
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('go on' as const), ...place }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('append' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('append bare' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('prune' as const), ...place }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('erase' as const), ...place }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** All that a caller learns. */
async function answer(call: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await call }
  } catch (error) {
    return QuittanceError.is(error) ? { code: error.code, details: error.details } : { name: (error as Error).name }
  }
}

async function perform(store: ReceiptStore, chainId: string, { does, history, from, count }: Step) {
  const receipts = historiesOf(chainId)[history]!
  const at = does === 'go on' ? ((await store.bounds(chainId))?.last ?? -1) + 1 : from
  const before = receipts[at - 1]
  switch (does) {
    case 'prune':
      return from === 0 ? undefined : answer(store.prune!(chainId, from, refOf(before!)))
    case 'erase':
      return answer(store.eraseDetails!(chainId, receipts[from]!.receiptId))
    default: {
      const batch = receipts.slice(at, at + count)
      if (batch.length === 0) return undefined
      const given = does === 'append bare' ? batch.map(withoutDetails) : batch
      return answer(store.append(chainId, given, before && refOf(before)))
    }
  }
}

describe('whatever is asked, in whatever order', () => {
  for (const indexes of [[], ['traceId', 'eventType']] as const) {
    it(`Redis answers as memory does, in every detail, and holds the same lines (indexes: ${indexes.length})`, async () => {
      const store = storeOn(redis, { indexes, prefix: `answers-${indexes.length}` })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
          const chainId = newChain()
          const memory = memoryStore()
          for (const one of steps) {
            expect([one, await perform(store, chainId, one)]).toEqual([one, await perform(memory, chainId, one)])
          }
          expect(await collect(store.lines!(chainId))).toEqual(await collect(memory.lines!(chainId)))
          expect(await store.head(chainId)).toEqual(await memory.head(chainId))
          expect(await store.bounds(chainId)).toEqual(await memory.bounds(chainId))
          for (const receipt of historiesOf(chainId).flat()) {
            expect(await store.get(chainId, receipt.receiptId)).toEqual(await memory.get(chainId, receipt.receiptId))
            const query = { chainId, traceId: receipt.traceId }
            expect(await collect(store.query!(query))).toEqual(await collect(memory.query!(query)))
          }
        }),
        { numRuns: 60 },
      )
    }, 120_000)
  }

  it('callers that ask at the same time get answers that some order of them explains', async () => {
    const stores = [storeOn(redis), storeOn(redis), storeOn(redis)]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 6 }), async (rounds) => {
        const chainId = newChain()
        const memory = memoryStore()
        for (const round of rounds) {
          const asked = round.map((one) => (one.does === 'go on' ? { ...one, does: 'append' as const } : one))
          const got = await Promise.all(asked.map((one, index) => perform(stores[index]!, chainId, one)))
          const held = await collect(stores[0]!.lines!(chainId))
          const order = await explained(memory, chainId, asked, got, held)
          expect(order, JSON.stringify({ asked, got })).toBeDefined()
          for (const index of order!) await perform(memory, chainId, asked[index]!)
        }
      }),
      { numRuns: 60 },
    )
  }, 120_000)
})

const orders = (count: number): number[][] =>
  count === 0
    ? [[]]
    : orders(count - 1).flatMap((rest) => [...rest.keys(), rest.length].map((at) => rest.toSpliced(at, 0, count - 1)))

/** An order in which one after another gives the same answers and leaves the same lines. */
async function explained(
  before: ReceiptStore,
  chainId: string,
  asked: readonly Step[],
  got: readonly unknown[],
  held: readonly string[],
): Promise<readonly number[] | undefined> {
  for (const order of orders(asked.length)) {
    const copy = await copyOf(before, chainId)
    let same = true
    for (const index of order) {
      const expected = await perform(copy, chainId, asked[index]!)
      same &&= JSON.stringify(expected) === JSON.stringify(got[index])
    }
    if (same && JSON.stringify(await collect(copy.lines!(chainId))) === JSON.stringify(held)) return order
  }
  return undefined
}

/** Memory that stands where another does. */
async function copyOf(from: ReceiptStore, chainId: string): Promise<ReceiptStore> {
  const copy = memoryStore()
  const bounds = await from.bounds(chainId)
  if (bounds === undefined) return copy
  const held = await collect(from.read(chainId))
  const whole = historiesOf(chainId).find((one) => one[bounds.last]?.receiptHash === held.at(-1)!.receiptHash)!
  // an id may come again once the receipt that had it is pruned: so what went goes as soon as it can
  for (const receipt of whole.slice(0, bounds.last + 1)) {
    const { seq } = receipt
    await copy.append(chainId, [receipt], seq === 0 ? undefined : refOf(whole[seq - 1]!))
    const cut = Math.min(bounds.first, seq)
    if (cut > 0 && (await copy.bounds(chainId))!.first < cut) await copy.prune!(chainId, cut, refOf(whole[cut - 1]!))
  }
  for (const receipt of held) {
    if (lineOf(receipt) !== lineOf(whole[receipt.seq]!)) await copy.eraseDetails!(chainId, receipt.receiptId)
  }
  return copy
}
