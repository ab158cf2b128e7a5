import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { matchesQuery } from '../../src/store/query.js'
import type { ReceiptQuery } from '../../src/store/store.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { appendAll, newChain, rawClient, storeOn } from './redis-support.js'
import { collect, failureOf, refOf } from './temporary.js'

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const body = (seq: number) => ({
  traceId: `trace-${Math.floor(seq / 3)}`,
  action: seq % 10 === 0 ? ('reject' as const) : ('allow' as const),
  sessionId: seq % 2 === 0 ? `session-${seq % 8}` : undefined,
})

/** What one command of the server was asked for so far. */
async function callsOf(command: string): Promise<number> {
  const stats = String(await redis.command('INFO', 'commandstats'))
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}

const expected = (receipts: readonly DecisionReceipt[], query: ReceiptQuery) =>
  receipts.filter((receipt) => matchesQuery(receipt, query)).slice(0, query.limit)

describe('a query', () => {
  it('finds what a scan would, whoever wrote with which indexes, whatever was pruned', async () => {
    const member = fc.constantFrom('traceId' as const, 'action' as const, 'sessionId' as const)
    const stretch = fc.record({ count: fc.integer({ min: 1, max: 40 }), indexes: fc.uniqueArray(member) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(stretch, { minLength: 1, maxLength: 5 }),
        fc.nat({ max: 99 }),
        async (stretches, cut) => {
          const chainId = newChain()
          const total = stretches.reduce((sum, { count }) => sum + count, 0)
          const receipts = testReceipts({ chainId, count: total, body })
          let at = 0
          for (const { count, indexes } of stretches) {
            await appendAll(storeOn(redis, { indexes }), receipts.slice(at, at + count), receipts[at - 1])
            at += count
          }
          const store = storeOn(redis, { indexes: ['action'] })
          const first = Math.floor((total * cut) / 100)
          if (first > 0) await store.prune!(chainId, first, refOf(receipts[first - 1]!))
          const kept = receipts.slice(first)
          const timeOf = (share: number) => receipts[Math.floor((total - 1) * share)]!.timestamp
          for (const query of [
            { chainId, action: 'reject' },
            { chainId, action: 'allow', limit: 3 },
            { chainId, traceId: `trace-${Math.floor(total / 4)}` },
            { chainId, sessionId: 'session-2', action: 'allow' },
            { chainId, sessionId: 'session-0', from: timeOf(0.3), to: timeOf(0.8) },
            { chainId, from: timeOf(0.5) },
            { chainId, to: timeOf(0.5) },
            { chainId, traceId: 'trace-none' },
          ]) {
            expect(await collect(store.query!(query))).toEqual(expected(kept, query))
          }
        },
      ),
      { numRuns: 40 },
    )
  }, 120_000)

  it('with an index looks at what matches, without one for a time at that stretch only', async () => {
    const chainId = newChain()
    const store = storeOn(redis, { indexes: ['traceId', 'action'] })
    const receipts = testReceipts({ chainId, count: 3_000, body })
    await appendAll(store, receipts)
    const client = rawClient(redis)
    const cost = async (query: Omit<ReceiptQuery, 'chainId'>) => {
      await client.config('RESETSTAT')
      const found = await collect(store.query!({ chainId, ...query }))
      expect(found).toEqual(expected(receipts, { chainId, ...query }))
      return callsOf('xrange')
    }
    expect(await cost({ traceId: 'trace-400' })).toBe(3)
    // of two indexes the one with fewer in it
    expect(await cost({ traceId: 'trace-400', action: 'reject' })).toBe(3)
    expect(await cost({ action: 'reject' })).toBe(300)
    // two searches by halving (twelve looks each), and one page
    expect(await cost({ from: receipts[2_000]!.timestamp, to: receipts[2_020]!.timestamp })).toBeLessThanOrEqual(26)
  })

  it('uses an index again from where it was turned on again, and scans what lies between', async () => {
    const chainId = newChain()
    const receipts = testReceipts({ chainId, count: 900, body })
    const indexed = storeOn(redis, { indexes: ['traceId'] })
    const plain = storeOn(redis)
    await appendAll(indexed, receipts.slice(0, 300))
    await appendAll(plain, receipts.slice(300, 310), receipts[299])
    const early = { chainId, traceId: 'trace-5' }
    expect(await collect(plain.query!(early))).toEqual(expected(receipts, early))
    await appendAll(indexed, receipts.slice(310), receipts[309])
    await redis.command('CONFIG', 'RESETSTAT')
    const query = { chainId, traceId: 'trace-200', from: receipts[400]!.timestamp }
    expect(await collect(plain.query!(query))).toEqual(expected(receipts, query))
    expect(await callsOf('lrange')).toBe(1)
    expect(await collect(plain.query!({ chainId, traceId: 'trace-102' }))).toEqual(
      expected(receipts, { chainId, traceId: 'trace-102' }),
    )
  })

  it('tells times apart to the millisecond', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString()
    const receipts = testReceipts({ chainId, count: 40 }).map((receipt) => ({
      ...receipt,
      timestamp: at(receipt.seq >> 1),
    }))
    await appendAll(store, receipts)
    for (const ms of [0, 1, 7, 9, 10, 19]) {
      for (const query of [
        { chainId, to: at(ms) },
        { chainId, from: at(ms) },
        { chainId, from: at(ms), to: at(ms + 1) },
      ]) {
        expect(await collect(store.query!(query))).toEqual(expected(receipts, query))
      }
    }
  })

  it('more than a page of an index comes whole, also while others append and prune', async () => {
    const chainId = newChain()
    const store = storeOn(redis, { indexes: ['action'] })
    const receipts = testReceipts({ chainId, count: 600, body: () => ({ action: 'allow' }) })
    await appendAll(store, receipts.slice(0, 500))
    const seqs: number[] = []
    for await (const { seq } of store.query!({ chainId, action: 'allow' })) {
      seqs.push(seq)
      if (seqs.length === 10) await store.append(chainId, receipts.slice(500), refOf(receipts[499]!))
      if (seqs.length === 150) await store.prune!(chainId, 120, refOf(receipts[119]!))
    }
    expect(seqs).toEqual([...Array(500).keys()])
  })

  it('a receipt without a time is told, not passed over', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const receipts = testReceipts({ chainId, count: 3 })
    await appendAll(store, receipts)
    const client = rawClient(redis)
    await client.del(`quittance:{${chainId}}:r`)
    for (let seq = 0; seq < 3; seq += 1) await client.xadd(`quittance:{${chainId}}:r`, `${seq}-1`, 'l', '{"seq":1}')
    const error = await failureOf(collect(store.query!({ chainId, from: receipts[1]!.timestamp })))
    expect([error.code, error.details.seq]).toEqual(['STORE_CORRUPT', 1])
  })
})
