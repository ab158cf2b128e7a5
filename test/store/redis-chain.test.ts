import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { until } from '../../scripts/services/until.js'
import { Keyring } from '../../src/keys/keyring.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { chainKeys } from '../../src/store/redis/keys.js'
import { joinLine, splitLine } from '../../src/store/redis/line.js'
import { redisStore } from '../../src/store/redis.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { verifyChain } from '../../src/verify/chain.js'
import { appendAll, newChain, rawClient, storeOn } from './redis-support.js'
import { collect, failureOf, refOf } from './temporary.js'

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const keyring = () => new Keyring([testReceiptKeyId()])
const keysOf = (chainId: string) => chainKeys('quittance', chainId)

describe('a line in its parts', () => {
  it('is put together again byte for byte, whatever the texts in it look like', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('"details":{', ',"details":{"a":1},', '\\"details":', '{"details":{}},', 'é€😀\u0000'),
    )
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const [receipt] = testReceipts({
          chainId: 'c',
          count: 1,
          body: () => ({ tags: [one, other].filter((tag) => tag !== ''), xNote: { [`k${one}`]: other } }) as object,
          rationale: () => `${one}${other}`,
        })
        const line = lineOf(receipt!)
        const { core, details } = splitLine(receipt!, line)
        expect(JSON.parse(core)).toEqual({ ...JSON.parse(line), details: undefined })
        expect(JSON.parse(`{${details!.text.slice(0, -1)}}`)).toEqual({ details: receipt!.details })
        expect(joinLine(core, details!.offset, details!.text)).toBe(line)
        expect(joinLine(core, details!.offset, undefined)).toBe(core)
      }),
      { numRuns: 200 },
    )
  })
})

describe('receipts of every size and name', () => {
  it('a receipt of 60 KiB, and one of 128 KiB with details, come back and verify', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const tags = Array.from({ length: 32 }, (_, index) => `${index}-`.padEnd(64, 'é'))
    const receipts = testReceipts({
      chainId,
      count: 3,
      body: (seq) => (seq === 1 ? ({ xBulk: 'x'.repeat(60_000) } as object) : { tags }),
      rationale: (seq) => (seq === 2 ? '€'.repeat(40_000) : undefined),
    })
    expect(Math.max(...receipts.map((receipt) => Buffer.byteLength(lineOf(receipt))))).toBeGreaterThan(120_000)
    await appendAll(store, receipts)
    expect(await collect(store.lines!(chainId))).toEqual(receipts.map(lineOf))
    expect((await verifyChain(store.lines!(chainId), { keyring: keyring() })).verdict).toBe('VALID')
  })

  it('any chain id that the format allows is a chain of its own, in keys that only it has', async () => {
    const store = storeOn(redis, { prefix: 'names' })
    const characters = [...'AZaz09._:@/-']
    const names = fc
      .string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 256 })
      .filter((name) => !name.includes('..') && !name.startsWith('/') && !name.endsWith('/'))
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(names, { minLength: 1, maxLength: 4 }), async (chainIds) => {
        for (const chainId of chainIds.filter((one) => !seen.has(one))) {
          seen.add(chainId)
          const receipts = testReceipts({ chainId, count: 2 })
          await store.append(chainId, receipts, undefined)
          expect(await collect(store.read(chainId))).toEqual(receipts)
        }
      }),
      { numRuns: 60 },
    )
    for (const chainId of ['}', '{}', 'h', 'a}:h', ':', '::', 'x:', '-', '.', '@', 'a'.repeat(256)]) {
      if (/[{}]/.test(chainId)) continue
      if (!seen.has(chainId)) await store.append(chainId, testReceipts({ chainId, count: 1 }), undefined)
      seen.add(chainId)
    }
    expect((await collect(store.chains())).sort()).toEqual([...seen].sort())
    const client = rawClient(redis)
    for (const key of await client.keys('names:*')) {
      const chainId = /^names:\{([^{}]*)\}:/.exec(key)?.[1]
      expect(seen.has(chainId ?? '')).toBe(true)
    }
  })

  it.each(['', 'a{b}', '{', '}:h', 'a b', 'a*', '../a', 'a..b', '/a', 'a/', 'é', 'a\n', 'a\0', 'a'.repeat(257)])(
    'no chain is called %j',
    async (chainId) => {
      const store = storeOn(redis)
      const [receipt] = testReceipts({ chainId: 'other', count: 1 })
      for (const call of [
        () => store.head(chainId),
        () => store.append(chainId, [receipt!], undefined),
        () => store.get(chainId, receipt!.receiptId),
        () => store.bounds(chainId),
        () => collect(store.read(chainId)),
        () => collect(store.lines!(chainId)),
        () => collect(store.query!({ chainId })),
        () => store.prune!(chainId, 1, refOf(receipt!)),
        () => store.eraseDetails!(chainId, receipt!.receiptId),
        () => store.state.put(chainId, 'a', new Uint8Array(), 0),
        () => store.lease!(chainId, 10),
      ]) {
        await expect(call()).rejects.toThrow(RangeError)
      }
    },
  )

  it('prefixes keep stores on one server apart', async () => {
    const chainId = newChain()
    const [one, other] = [storeOn(redis, { prefix: 'one' }), storeOn(redis, { prefix: 'one.' })]
    await one.append(chainId, testReceipts({ chainId, count: 2 }), undefined)
    expect(await other.head(chainId)).toBeUndefined()
    expect(await collect(other.chains())).toEqual([])
    expect(await collect(one.chains())).toEqual([chainId])
  })

  it('finds every id in a chain that went through several generations of the index, and no id after it was pruned', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const receipts = testReceipts({ chainId, count: 2_000 })
    await appendAll(store, receipts)
    const client = rawClient(redis)
    const buckets = await client.keys(`${keysOf(chainId).ids}*`)
    const names = buckets.map((key) => key.slice(keysOf(chainId).ids.length))
    expect(new Set(names.map(({ length }) => length))).toEqual(new Set([0, 1, 2]))
    for (const seq of [0, 99, 100, 101, 1_699, 1_700, 1_999]) {
      expect(await store.get(chainId, receipts[seq]!.receiptId)).toEqual(receipts[seq])
    }
    // an id older than all that came after it is found as well
    const [again] = testReceipts({
      chainId,
      count: 1,
      after: receipts.at(-1),
      body: () => ({ receiptId: receipts[50]!.receiptId }),
    })
    const error = await failureOf(store.append(chainId, [again!], refOf(receipts.at(-1)!)))
    expect([error.code, error.details.seq]).toEqual(['STORE_ID_EXISTS', 50])
    expect(await store.prune!(chainId, 1_999, refOf(receipts[1_998]!))).toBe(1_999)
    let left = 0
    for (const key of await client.keys(`${keysOf(chainId).ids}*`)) left += await client.hlen(key)
    expect(left).toBe(1)
  })

  it('ids that come in any order are told apart', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const idAt = (n: number) => `01890a5d-ac96-7${n.toString(16).padStart(3, '0')}-bcce-b302099a8057`
    const shuffled = Array.from({ length: 300 }, (_, index) => (index * 7919) % 300)
    const receipts = testReceipts({ chainId, count: 300, body: (seq) => ({ receiptId: idAt(shuffled[seq]!) }) })
    for (let at = 0; at < 300; at += 10) {
      await appendAll(store, receipts.slice(at, at + 10), receipts[at - 1])
      // a mark that was lost does not come back lower than the ids that it stands for
      if (at === 280) await rawClient(redis).hdel(keysOf(chainId).head, 'm0', 'm1')
    }
    for (const n of shuffled) {
      const [again] = testReceipts({ chainId, count: 1, after: receipts[299], body: () => ({ receiptId: idAt(n) }) })
      const error = await failureOf(store.append(chainId, [again!], refOf(receipts[299]!)))
      expect([error.code, error.details.seq]).toEqual(['STORE_ID_EXISTS', shuffled.indexOf(n)])
    }
  })
})

describe('what others put there', () => {
  async function withChain(count = 5) {
    const chainId = newChain()
    const store = storeOn(redis)
    const receipts = testReceipts({ chainId, count, rationale: (seq) => `text ${seq}` })
    await store.append(chainId, receipts, undefined)
    return { chainId, store, receipts, client: rawClient(redis), keys: keysOf(chainId) }
  }

  const foreign: [string, readonly string[]][] = [
    ['an entry that is no receipt', ['a', 'b']],
    ['a line that is no JSON', ['l', 'not json']],
    ['a line that is null', ['l', 'null']],
    ['an empty line', ['l', '']],
    ['a line whose details go nowhere', ['l', '{}', 'd', '99999999']],
    ['a line whose details go to no number', ['l', '{}', 'd', 'x']],
  ]
  for (const [what, fields] of foreign) {
    for (const where of ['between', 'behind', 'far behind'] as const) {
      it(`${what}, ${where}: the verifier says so, reading refuses, nothing is appended`, async () => {
        const { chainId, store, receipts, client, keys } = await withChain()
        if (where === 'between') {
          // a stream takes no entry below its newest: all is written anew, as somebody would who wants to slip one in
          const entries = await client.xrange(keys.receipts, '-', '+')
          await client.del(keys.receipts)
          for (const [id, kept] of entries) {
            await client.xadd(keys.receipts, id, ...kept)
            if (id === '2-1') await client.xadd(keys.receipts, '2-7', ...fields)
          }
        } else await client.xadd(keys.receipts, where === 'behind' ? '5-1' : '*', ...fields)
        const lines = await collect(store.lines!(chainId))
        expect(lines.length).toBe(6)
        expect(lines.filter((line) => receipts.map(lineOf).includes(line)).length).toBe(5)
        const result = await verifyChain(lines, { keyring: keyring() })
        expect(result.verdict).not.toBe('VALID')
        const reading = await failureOf(collect(store.read(chainId)))
        expect(reading.code).toBe('STORE_CORRUPT')
        expect(reading.details.seq).toBe(where === 'between' ? 3 : 5)
        expect(await store.head(chainId)).toEqual(receipts.at(-1))
        const [next] = testReceipts({ chainId, count: 1, after: receipts.at(-1) })
        const appending = await failureOf(store.append(chainId, [next!], refOf(receipts.at(-1)!)))
        expect([appending.code, appending.details.outcome]).toEqual(['STORE_CORRUPT', 'absent'])
        // what is there still is, and saying it again is still nothing
        await store.append(chainId, receipts, undefined)
      })
    }
  }

  it('a receipt that was taken out: lines show the gap, reading stops at it, the chain takes no more', async () => {
    const { chainId, store, receipts, client, keys } = await withChain()
    await client.xdel(keys.receipts, '2-1')
    const result = await verifyChain(store.lines!(chainId), { keyring: keyring() })
    expect(result.problems.map(({ code }) => code)).toContain('SEQ_GAP')
    const seqs: number[] = []
    const reading = async () => {
      for await (const { seq } of store.read(chainId)) seqs.push(seq)
    }
    const error = await failureOf(reading())
    expect([error.code, error.details.seq, seqs]).toEqual(['STORE_CORRUPT', 2, [0, 1]])
    expect((await failureOf(store.get(chainId, receipts[2]!.receiptId))).details.seq).toBe(2)
    const [next] = testReceipts({ chainId, count: 1, after: receipts.at(-1) })
    expect((await failureOf(store.append(chainId, [next!], refOf(receipts.at(-1)!)))).code).toBe('STORE_CORRUPT')
  })

  it('an end that is gone, though the head names it: all that is there, and then the error', async () => {
    const { chainId, store, receipts, client, keys } = await withChain(120)
    const shown: string[] = []
    const reading = async (range = {}) => {
      shown.length = 0
      for await (const line of store.lines!(chainId, range)) shown.push(line)
    }
    for (let seq = 70; seq < 120; seq += 1) await client.xdel(keys.receipts, `${seq}-1`)
    const cut = await failureOf(reading())
    expect([cut.code, cut.details.reason, cut.details.seq]).toEqual(['STORE_CORRUPT', 'missing', 70])
    expect(shown).toEqual(receipts.slice(0, 70).map(lineOf))
    expect((await failureOf(verifyChain(store.lines!(chainId), { keyring: keyring() }))).code).toBe('STORE_CORRUPT')
    await reading({ toSeq: 69 })
    expect(shown.length).toBe(70)
    expect((await failureOf(reading({ fromSeq: 80, toSeq: 90 }))).details.seq).toBe(80)
    await reading({ fromSeq: 120 })
    await client.del(keys.receipts)
    for (const all of [reading(), collect(store.read(chainId))]) {
      const gone = await failureOf(all)
      expect([gone.code, gone.details.reason, gone.details.seq]).toEqual(['STORE_CORRUPT', 'missing', 0])
    }
  })

  it('all that goes while it is read is no end either', async () => {
    const { chainId, store, receipts, client, keys } = await withChain(400)
    let seen = 0
    const reading = async () => {
      for await (const line of store.lines!(chainId)) {
        expect(line).toBe(lineOf(receipts[seen]!))
        if (++seen === 30) await client.del(keys.receipts, keys.head, keys.details)
      }
    }
    const error = await failureOf(reading())
    expect([error.code, error.details.reason, error.details.seq]).toEqual(['STORE_CORRUPT', 'missing', seen])
    expect(seen).toBeLessThan(400)
  })

  it('an edited line is shown as it is, and the verifier finds it', async () => {
    const { chainId, store, client, keys } = await withChain()
    const entries = await client.xrange(keys.receipts, '-', '+')
    await client.del(keys.receipts)
    for (const [id, kept] of entries) {
      await client.xadd(
        keys.receipts,
        id,
        ...kept.map((text) => text.replace('"tenantId":"test-tenant"', '"tenantId":"another"')),
      )
    }
    const result = await verifyChain(store.lines!(chainId), { keyring: keyring() })
    expect([result.verdict, result.counts.HASH_MISMATCH]).toEqual(['INVALID', 5])
    expect((await collect(store.read(chainId))).length).toBe(5)
  })

  it('a head that names another receipt is not believed', async () => {
    const { chainId, store, receipts, client, keys } = await withChain()
    await client.hset(keys.head, 'seq', '3')
    expect((await failureOf(store.head(chainId))).code).toBe('STORE_CORRUPT')
    const [next] = testReceipts({ chainId, count: 1, after: receipts.at(-1) })
    expect((await failureOf(store.append(chainId, [next!], refOf(receipts.at(-1)!)))).code).toBe('STORE_CONFLICT')
    await client.hset(keys.head, 'seq', 'many')
    for (const call of [
      () => store.head(chainId),
      () => store.bounds(chainId),
      () => store.get(chainId, receipts[0]!.receiptId),
      () => collect(store.read(chainId)),
      () => collect(store.query!({ chainId, from: receipts[0]!.timestamp })),
      () => store.prune!(chainId, 2, refOf(receipts[1]!)),
      () => store.eraseDetails!(chainId, receipts[0]!.receiptId),
      () => store.append(chainId, [next!], refOf(receipts.at(-1)!)),
    ]) {
      expect((await failureOf(call())).code).toBe('STORE_CORRUPT')
    }
    expect(await collect(store.lines!(chainId))).toEqual(receipts.map(lineOf))
    await client.del(keys.head)
    expect((await failureOf(store.head(chainId))).code).toBe('STORE_CORRUPT')
    expect((await failureOf(collect(store.read(chainId)))).code).toBe('STORE_CORRUPT')
    expect((await collect(store.lines!(chainId))).length).toBe(5)
    const restart = testReceipts({ chainId, count: 1, label: 'restart' })
    expect((await failureOf(store.append(chainId, restart, undefined))).code).toBe('STORE_CORRUPT')
  })

  it('a bucket of ids of another type refuses what would go there, and takes back what went elsewhere', async () => {
    const chainId = newChain()
    const [store, client, keys] = [storeOn(redis), rawClient(redis), keysOf(chainId)]
    const receipts = testReceipts({ chainId, count: 103 })
    await appendAll(store, receipts.slice(0, 97))
    await client.set(`${keys.ids}${receipts[101]!.receiptId.at(-1)}`, 'not what it should be')
    const before = await client.hgetall(keys.ids)
    const error = await failureOf(appendAll(store, receipts.slice(97), receipts[96]))
    expect(error.code).toBe('STORE_CORRUPT')
    expect(await client.hgetall(keys.ids)).toEqual(before)
    expect(await client.keys(`${keys.ids}?`)).toEqual([`${keys.ids}${receipts[101]!.receiptId.at(-1)}`])
    expect(await collect(store.lines!(chainId))).toEqual(receipts.slice(0, 97).map(lineOf))
  })

  it('a batch of which the first are there is not continued on a head of another hash', async () => {
    const { chainId, store, receipts, client, keys } = await withChain(3)
    await client.hset(keys.head, 'hash', '0'.repeat(64))
    const next = testReceipts({ chainId, count: 1, after: receipts.at(-1) })
    const error = await failureOf(store.append(chainId, [receipts[2]!, ...next], refOf(receipts[1]!)))
    expect([error.code, error.details.actual]).toEqual([
      'STORE_CONFLICT',
      { seq: 2, receiptHash: `sha256:${'0'.repeat(64)}` },
    ])
    expect((await collect(store.lines!(chainId))).length).toBe(3)
  })

  for (const name of ['head', 'receipts', 'details', 'ids', 'state'] as const) {
    it(`a key of another type (${name}) is STORE_CORRUPT, and nothing is half written`, async () => {
      const { chainId, store, receipts, client, keys } = await withChain(3)
      await client.del(keys[name])
      await client.set(keys[name], 'not what it should be')
      const dump = async () => {
        const dumps: [string, string][] = []
        for (const key of (await client.keys(`*{${chainId}}*`)).sort()) {
          dumps.push([key, ((await client.callBuffer('DUMP', key)) as Buffer).toString('hex')])
        }
        return dumps
      }
      const before = await dump()
      const next = testReceipts({ chainId, count: 3, after: receipts.at(-1), rationale: () => 'more' })
      const attempts: Record<typeof name, () => Promise<unknown>> = {
        head: () => store.append(chainId, next, refOf(receipts.at(-1)!)),
        receipts: () => store.append(chainId, next, refOf(receipts.at(-1)!)),
        details: () => store.append(chainId, next, refOf(receipts.at(-1)!)),
        ids: () => store.append(chainId, next, refOf(receipts.at(-1)!)),
        state: () => store.state.put(chainId, 'value', new Uint8Array(1), 0),
      }
      expect((await failureOf(attempts[name]())).code).toBe('STORE_CORRUPT')
      expect(await dump()).toEqual(before)
    })
  }
})

describe('erasing', () => {
  it('takes the text out of memory and of what is saved to disk, and leaves every other byte', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const secret = 'the-text-that-must-be-gone'
    const receipts = testReceipts({ chainId, count: 40, rationale: (seq) => `${secret}-${seq}.` })
    await appendAll(store, receipts)
    const client = rawClient(redis)
    const saved = async () => {
      await client.call('SAVE')
      return (await readFile(join(redis.dir, 'dump.rdb'))).toString('latin1')
    }
    await client.config('SET', 'rdbcompression', 'no')
    expect((await saved()).split(secret).length - 1).toBe(40)
    for (const seq of [0, 7, 39]) expect(await store.eraseDetails!(chainId, receipts[seq]!.receiptId)).toBe(true)
    const left = await saved()
    expect(left.split(secret).length - 1).toBe(37)
    for (const seq of [0, 7, 39]) expect(left).not.toContain(`${secret}-${seq}.`)
    const result = await verifyChain(store.lines!(chainId), { keyring: keyring() })
    expect([result.verdict, result.counts.DETAILS_ERASED]).toEqual(['VALID', 3])
    const lines = await collect(store.lines!(chainId))
    expect(lines.filter((line, seq) => line === lineOf(receipts[seq]!)).length).toBe(37)
    expect(await client.hkeys(keysOf(chainId).details)).not.toContain('7')
  })
})

describe('an append-only file', () => {
  it('holds erased text until Redis writes it anew', async () => {
    // compressed, a text could be there unseen
    const durable = await startRedis({ aof: 'always', config: { rdbcompression: 'no' } })
    const store = redisStore({ url: durable.url })
    try {
      const chainId = newChain()
      const secret = 'the-text-that-must-be-gone'
      const [receipt] = testReceipts({ chainId, count: 1, rationale: () => secret })
      await store.append(chainId, [receipt!], undefined)
      await store.eraseDetails!(chainId, receipt!.receiptId)
      const folder = join(durable.dir, 'appendonlydir')
      const written = async () => {
        const files = await readdir(folder)
        return (await Promise.all(files.map((file) => readFile(join(folder, file), 'latin1')))).join('')
      }
      expect(await written()).toContain(secret)
      await durable.command('BGREWRITEAOF')
      await until('the file is written anew', async () => !(await written()).includes(secret))
      expect(await written()).toContain(receipt!.receiptHash)
    } finally {
      await store.close()
      await durable.stop()
    }
  })
})

describe('pruning', () => {
  it('many receipts in bounded steps, while others append: nothing is lost, nothing comes back, nothing is left over', async () => {
    const chainId = newChain()
    const store = storeOn(redis, { indexes: ['sessionId'] })
    const other = storeOn(redis, { indexes: ['sessionId'] })
    const body = (seq: number) => ({ sessionId: `session-${seq % 3}` })
    const receipts = testReceipts({
      chainId,
      count: 3_400,
      body,
      rationale: (seq) => (seq % 2 ? `text ${seq}` : undefined),
    })
    await appendAll(store, receipts.slice(0, 3_000))
    const client = rawClient(redis)
    const append = async () => {
      for (let at = 3_000; at < 3_400; at += 1) await other.append(chainId, [receipts[at]!], refOf(receipts[at - 1]!))
    }
    const [, removed] = await Promise.all([append(), store.prune!(chainId, 2_345, refOf(receipts[2_344]!))])
    expect(removed).toBe(2_345)
    const kept = receipts.slice(2_345)
    expect(await collect(store.lines!(chainId))).toEqual(kept.map(lineOf))
    expect(await client.hlen(keysOf(chainId).details)).toBe(kept.filter(({ details }) => details).length)
    let ids = 0
    for (const key of await client.keys(`${keysOf(chainId).ids}*`)) ids += await client.hlen(key)
    expect(ids).toBe(kept.length)
    let indexed = 0
    for (const key of await client.keys(`${keysOf(chainId).index}*`)) indexed += await client.llen(key)
    expect(indexed).toBe(kept.length)
    const found = await collect(store.query!({ chainId, sessionId: 'session-1' }))
    expect(found).toEqual(kept.filter(({ sessionId }) => sessionId === 'session-1'))
  })

  it('a step that was the last before a crash is gone on with', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const receipts = testReceipts({ chainId, count: 1_800 })
    await appendAll(store, receipts)
    const controller = new AbortController()
    const pruning = store.prune!(chainId, 1_700, refOf(receipts[1_699]!), { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(pruning).rejects.toThrow('enough')
    const first = (await store.bounds(chainId))!.first
    expect(await collect(store.lines!(chainId))).toEqual(receipts.slice(first).map(lineOf))
    expect(await store.prune!(chainId, 1_700, refOf(receipts[1_699]!))).toBe(1_700 - first)
    expect(await collect(store.lines!(chainId))).toEqual(receipts.slice(1_700).map(lineOf))
  })

  it('a reader whose receipts go meanwhile is told so, and gets no gap and nothing that looks erased', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const receipts = testReceipts({ chainId, count: 2_000, rationale: (seq) => `text ${seq}` })
    await appendAll(store, receipts)
    for (const method of ['lines', 'read'] as const) {
      const before = (await store.bounds(chainId))!.first
      const cut = before + 900
      const seen: string[] = []
      const reading = async () => {
        for await (const one of store[method]!(chainId)) {
          seen.push(typeof one === 'string' ? one : lineOf(one))
          if (seen.length === 5) await store.prune!(chainId, cut, refOf(receipts[cut - 1]!))
        }
      }
      const error = await failureOf(reading())
      expect([error.code, error.details.retryable]).toEqual(['STORE_UNAVAILABLE', true])
      expect(seen).toEqual(receipts.slice(before, before + seen.length).map(lineOf))
      expect(seen.length).toBeGreaterThanOrEqual(50)
    }
  })
})

describe('appending', () => {
  it('says it again where the script cache was flushed', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const receipts = testReceipts({ chainId, count: 4 })
    for (const [at, receipt] of receipts.entries()) {
      await redis.command('SCRIPT', 'FLUSH')
      await store.append(chainId, [receipt], at === 0 ? undefined : refOf(receipts[at - 1]!))
    }
    await redis.command('SCRIPT', 'FLUSH')
    expect(await store.get(chainId, receipts[2]!.receiptId)).toEqual(receipts[2])
    expect(await collect(store.lines!(chainId))).toEqual(receipts.map(lineOf))
  })

  it('refuses receipts from a clock more than five minutes ahead of the server, and takes them again as a no-op', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const stamp = (ms: number, [receipt]: DecisionReceipt[]) => ({
      ...receipt!,
      timestamp: new Date(Date.now() + ms).toISOString(),
    })
    const late = stamp(6 * 60_000, testReceipts({ chainId, count: 1 }))
    const error = await failureOf(store.append(chainId, [late], undefined))
    expect([error.code, error.details.outcome]).toEqual(['STORE_CLOCK', 'absent'])
    expect(await store.head(chainId)).toBeUndefined()
    const near = stamp(4 * 60_000, testReceipts({ chainId, count: 1 }))
    await store.append(chainId, [near], undefined)
    await store.append(chainId, [near], undefined)
    expect(await store.head(chainId)).toEqual(near)
  })

  it('a full server refuses and keeps nothing of it; what is there already is still a no-op, and pruning makes room', async () => {
    const full = await startRedis()
    const store = redisStore({ url: full.url })
    try {
      const chainId = newChain()
      const receipts = testReceipts({ chainId, count: 300, rationale: () => 'x'.repeat(5_000) })
      await appendAll(store, receipts.slice(0, 200))
      const lines = await collect(store.lines!(chainId))
      await full.command('CONFIG', 'SET', 'maxmemory', '1')
      const error = await failureOf(store.append(chainId, receipts.slice(200), refOf(receipts[199]!)))
      expect([error.code, error.details.outcome]).toEqual(['STORE_FULL', 'absent'])
      await store.append(chainId, receipts.slice(150, 200), refOf(receipts[149]!))
      expect(await collect(store.lines!(chainId))).toEqual(lines)
      expect(await store.eraseDetails!(chainId, receipts[180]!.receiptId)).toBe(true)
      expect(await store.prune!(chainId, 150, refOf(receipts[149]!))).toBe(150)
      await full.command('CONFIG', 'SET', 'maxmemory', '0')
      await store.append(chainId, receipts.slice(200), refOf(receipts[199]!))
      expect(await store.bounds(chainId)).toEqual({ first: 150, last: 299 })
    } finally {
      await store.close()
      await full.stop()
    }
  })

  it('a no-op is written too where it must be confirmed, and says so where it can not be', async () => {
    const solo = await startRedis({ aof: 'always' })
    const store = redisStore({ url: solo.url }, { durability: 'fsynced' })
    try {
      const chainId = newChain()
      const receipts = testReceipts({ chainId, count: 3 })
      await store.append(chainId, receipts, undefined)
      const offset = async () =>
        Number(/aof_current_size:(\d+)/.exec(String(await solo.command('INFO', 'persistence')))?.[1])
      const before = await offset()
      await store.append(chainId, receipts, undefined)
      expect(await offset()).toBeGreaterThan(before)
      await solo.command('CONFIG', 'SET', 'maxmemory', '1')
      const error = await failureOf(store.append(chainId, receipts, undefined))
      expect([error.code, error.details.outcome, error.details.retryable]).toEqual([
        'STORE_DURABILITY',
        'unknown',
        true,
      ])
    } finally {
      await store.close()
      await solo.stop()
    }
  })

  it('more than one script should do at once is a RangeError', async () => {
    const chainId = newChain()
    const store = storeOn(redis)
    const receipts = testReceipts({ chainId, count: 1_001 })
    await expect(store.append(chainId, receipts, undefined)).rejects.toThrow(RangeError)
    expect(await store.head(chainId)).toBeUndefined()
  })

  it('receipts never expire', async () => {
    const chainId = newChain()
    const store = storeOn(redis, { indexes: ['action'] })
    await store.append(chainId, testReceipts({ chainId, count: 200, rationale: () => 'text' }), undefined)
    await store.state.put(chainId, 'value', new Uint8Array(1), 0)
    const client = rawClient(redis)
    const keys = await client.keys(`*{${chainId}}*`)
    expect(keys.length).toBeGreaterThan(10)
    for (const key of keys) expect(await client.pttl(key)).toBe(-1)
  })
})

describe('options', () => {
  const url = 'redis://127.0.0.1:1'
  it.each([
    [{ url, prefix: 'a' }, {}, TypeError],
    [undefined, {}, TypeError],
    [{ url }, { prefixx: 'a' }, TypeError],
    [{ url }, { prefix: '' }, RangeError],
    [{ url }, { prefix: 'a:b' }, RangeError],
    [{ url }, { prefix: 'a{b}' }, RangeError],
    [{ url }, { prefix: 'a'.repeat(65) }, RangeError],
    [{ url }, { prefix: 1 }, TypeError],
    [{ url }, { durability: 'safe' }, RangeError],
    [{ url }, { durability: null }, TypeError],
    [{ url }, { replicas: 0, durability: 'replicated' }, RangeError],
    [{ url }, { replicas: 1 }, RangeError],
    [{ url }, { confirmMs: 0.5 }, RangeError],
    [{ url }, { indexes: 'traceId' }, TypeError],
    [{ url }, { indexes: ['chainId'] }, RangeError],
    [{ url }, { accept: ['everything'] }, RangeError],
    [{ url }, null, TypeError],
  ])('%j, %j is refused at once', (target, options, kind) => {
    expect(() => redisStore(target as never, options as never)).toThrow(kind)
  })

  it('right ones open nothing', async () => {
    const store = redisStore(
      { url },
      { indexes: ['action', 'action'], accept: ['unchecked'], replicas: 2, durability: 'replicated' },
    )
    expect(store.durable).toBe(true)
    await store.close()
  })
})
