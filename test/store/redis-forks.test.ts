import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { QuittanceError } from '../../src/errors.js'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { redisStore } from '../../src/store/redis.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed } from '../ledger/support.js'
import { collect, refOf } from './temporary.js'

let redis: RedisService
const open = () => redisStore({ url: redis.url })
const stores: ReturnType<typeof open>[] = []
const writers = 3

beforeAll(async () => {
  redis = await startRedis()
  for (let writer = 0; writer < writers; writer += 1) stores.push(open())
})
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()))
  await redis.stop()
})

let chains = 0
const newChain = () => `chain-${chains++}`

/** What one writer does in a round. All that is in one round happens at the same time. */
type Deed =
  /** Appends on the head that this writer believes in, however old. */
  | { readonly does: 'append'; readonly writer: number; readonly count: number }
  /** Looks what the head is. */
  | { readonly does: 'look'; readonly writer: number }
  /** Takes what was refused to it for the head, as one does whose receipts a failover lost: same place, other receipt. */
  | { readonly does: 'insist'; readonly writer: number }
  /** Says the last append that succeeded once more, as after an answer that was lost. */
  | { readonly does: 'repeat'; readonly writer: number }

const writer = fc.nat(writers - 1)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('append'), writer, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('look'), writer }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('insist'), writer }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('repeat'), writer }) },
)
const rounds = fc.array(fc.array(deed, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 })

/** What happened, and what was known to be so before its round began. */
interface Done {
  readonly round: number
  readonly kind: 'appended' | 'refused' | 'saw' | 'repeated'
  readonly receipts: readonly DecisionReceipt[]
  /** The head that a look or a refusal told of. */
  readonly head: { readonly seq: number; readonly receiptHash: string } | undefined
}

test('writers that disagree about the head never fork, and what each was told fits one order of events', async () => {
  await fc.assert(
    fc.asyncProperty(rounds, async (plan) => {
      const chainId = newChain()
      const believed: (DecisionReceipt | undefined)[] = Array.from({ length: writers }, () => undefined)
      const last: ({ receipts: DecisionReceipt[]; on: DecisionReceipt | undefined } | undefined)[] = []
      const refused: (DecisionReceipt | undefined)[] = []
      const history: Done[] = []
      /** The head's seq when each round ended; -1 where there is none. */
      const heights: number[] = []
      let made = 0

      const perform = async (round: number, one: Deed): Promise<Done | undefined> => {
        const store = stores[one.writer]!
        if (one.does === 'look') {
          const head = await store.head(chainId)
          believed[one.writer] = head
          return { round, kind: 'saw', receipts: [], head }
        }
        if (one.does === 'insist') {
          believed[one.writer] = refused[one.writer] ?? believed[one.writer]
          return undefined
        }
        const again = one.does === 'repeat' ? last[one.writer] : undefined
        if (one.does === 'repeat' && again === undefined) return undefined
        const on = again ? again.on : believed[one.writer]
        const count = one.does === 'append' ? one.count : 1
        const receipts = again?.receipts ?? testReceipts({ chainId, count, after: on, label: `${made++}` })
        try {
          await store.append(chainId, receipts, on && refOf(on))
        } catch (error) {
          if (!QuittanceError.is(error, 'STORE_CONFLICT') || again) throw error
          refused[one.writer] = receipts.at(-1)
          return { round, kind: 'refused', receipts, head: error.details.actual }
        }
        if (again) return { round, kind: 'repeated', receipts, head: undefined }
        believed[one.writer] = receipts.at(-1)
        last[one.writer] = { receipts, on }
        return { round, kind: 'appended', receipts, head: undefined }
      }

      for (const [round, deeds] of plan.entries()) {
        const done = await Promise.all(deeds.map((one) => perform(round, one)))
        for (const one of done) if (one) history.push(one)
        heights.push((await stores[0]!.bounds(chainId))?.last ?? -1)
      }

      const chain = await collect(stores[0]!.read(chainId))
      // one line: each receipt links to the one before, none is there that nobody was told of
      for (const [seq, receipt] of chain.entries()) {
        expect(receipt.seq).toBe(seq)
        if (seq > 0) expect(receipt.prevReceiptHash).toBe(chain[seq - 1]?.receiptHash)
      }
      const hashes = chain.map(({ receiptHash }) => receiptHash)
      const appended = history.filter(({ kind }) => kind === 'appended')
      expect(new Set(hashes)).toEqual(new Set(appended.flatMap((one) => one.receipts.map((r) => r.receiptHash))))
      expect(appended.reduce((sum, one) => sum + one.receipts.length, 0)).toBe(chain.length)

      for (const { round, kind, receipts, head } of history) {
        const [from, to] = [heights[round - 1] ?? -1, heights[round]!]
        if (kind === 'appended') {
          // within its round, so whatever ended before began before it in the line as well
          expect(receipts[0]!.seq).toBeGreaterThan(from)
          expect(receipts.at(-1)!.seq).toBeLessThanOrEqual(to)
        }
        if (kind === 'appended' || kind === 'repeated') {
          const place = receipts[0]!.seq
          expect(hashes.slice(place, place + receipts.length)).toEqual(receipts.map((r) => r.receiptHash))
        } else {
          // the head it was told of was the head at some moment of the round
          const seq = head?.seq ?? -1
          expect(hashes[seq]).toBe(head?.receiptHash)
          expect([seq >= from, seq <= to]).toEqual([true, true])
          const boundaries = new Set([-1, ...appended.map((one) => one.receipts.at(-1)!.seq)])
          expect(boundaries.has(seq)).toBe(true)
        }
        if (kind === 'refused') {
          expect(head?.receiptHash).not.toBe(receipts[0]!.seq === 0 ? undefined : receipts[0]!.prevReceiptHash)
          expect(receipts.filter((r) => hashes.includes(r.receiptHash))).toEqual([])
        }
      }
    }),
    { numRuns: 120 },
  )
})

test('ledgers with stale heads, in any interleaving, make one valid line in which every emit stands once', async () => {
  const keys = keyNamed('a')
  const keyring = new Keyring(await keys.publicKeys!())
  const bursts = fc.array(fc.record({ writer, count: fc.integer({ min: 1, max: 5 }), awaited: fc.boolean() }), {
    minLength: 1,
    maxLength: 15,
  })
  await fc.assert(
    fc.asyncProperty(bursts, async (plan) => {
      const chainId = newChain()
      const ledgers = Array.from({ length: writers }, () =>
        createLedger({ store: open(), keys: keyNamed('a'), redactor: false }),
      )
      try {
        const emits: Promise<DecisionReceipt>[] = []
        for (const { writer, count, awaited } of plan) {
          const burst = Array.from({ length: count }, () => ledgers[writer]!.append(draft({ chainId })))
          emits.push(...burst)
          if (awaited) await Promise.all(burst)
        }
        const receipts = await Promise.all(emits)
        const chain = await collect(stores[0]!.read(chainId))
        expect(await verifyChain(chain, { keyring })).toMatchObject({ verdict: 'VALID', problems: [] })
        const bySeq = [...receipts].sort((one, other) => one.seq - other.seq)
        expect(chain.slice(1)).toEqual(bySeq)
        expect(chain[0]?.system?.event).toBe('chain_start')
      } finally {
        await Promise.all(ledgers.map((ledger) => ledger.close()))
      }
    }),
    { numRuns: 25 },
  )
})
