/** The contract, on a real server. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { redisStore } from '../../src/store/redis.js'
import { storeConformance } from '../../src/testing/store-conformance.js'

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

describe('one server', () => {
  const open = () => redisStore({ url: redis.url })
  for (const { name, run } of storeConformance(async () => ({ store: open(), reopen: async () => open() })))
    it(name, run)
})

describe('one server, every member indexed', () => {
  const open = () =>
    redisStore(
      { url: redis.url },
      { prefix: 'indexed', indexes: ['traceId', 'sessionId', 'subjectId', 'action', 'eventType'] },
    )
  for (const { name, run } of storeConformance(async () => ({ store: open(), reopen: async () => open() })))
    it(name, run)
})
