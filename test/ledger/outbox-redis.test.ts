/** A real Redis that is stopped and started again while several services write one chain. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { mainChainOf } from '../../src/ledger/outbox-names.js'
import type { Ledger } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { redisStore } from '../../src/store/redis.js'
import { audit, until as comesAbout, directory, outboxed, remove } from './outbox-support.js'
import { draft } from './support.js'

let dir: string
let redis: RedisService
beforeAll(async () => {
  dir = await directory()
  redis = await startRedis({ aof: 'always' })
})
afterAll(async () => {
  await redis.stop()
  await remove(dir)
})

const isOutboxed = ({ chainId }: DecisionReceipt) => mainChainOf(chainId) === 'acme'

test('receipts go on being taken, and all of them are in Redis at the end', { timeout: 90_000 }, async () => {
  const services: Ledger[] = [0, 1, 2].map((index) =>
    outboxed(redisStore({ url: redis.url }), join(dir, String(index)), { afterMs: 300 }),
  )
  const receipts: DecisionReceipt[] = []
  const failures: unknown[] = []
  let going = true
  const emitting = services.map(async (ledger) => {
    ledger.on('warning', () => {})
    while (going) {
      try {
        receipts.push(...(await Promise.all([ledger.append(draft()), ledger.append(draft()), ledger.append(draft())])))
      } catch (error) {
        failures.push(error)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })
  const until = (so: () => boolean) =>
    comesAbout(so, () => [inMain(), outside(), failures.map(String), services.map((one) => one.outboxStatus())])
  const inMain = () => receipts.filter((one) => !isOutboxed(one)).length
  const outside = () => receipts.filter(isOutboxed).length
  for (const how of ['SIGKILL', 'SIGTERM'] as const) {
    const [main, out] = [inMain(), outside()]
    await until(() => inMain() > main + 30)
    await redis.kill(how)
    await until(() => outside() > out + 60)
    await redis.start()
    await until(() => inMain() > main + 60)
  }
  // a server that takes connections and says nothing
  const out = outside()
  redis.pause()
  await until(() => outside() > out + 30)
  redis.resume()
  const main = inMain()
  await until(() => inMain() > main + 30)
  going = false
  await Promise.all(emitting)
  for (const ledger of services) await ledger.drain()
  const keyring = await (services[0] as Ledger).keyring()
  for (const ledger of services) await ledger.close()
  expect(failures).toEqual([])

  const reader = redisStore({ url: redis.url })
  const { ids, gaps } = await audit(reader, keyring)
  await reader.close()
  expect([...new Set(ids)].sort()).toEqual(receipts.map(({ receiptId }) => receiptId).sort())
  expect(gaps.length).toBeGreaterThanOrEqual(3)
})
