import { settingsOf } from './redis/check-options.js'
import { createLink } from './redis/connect.js'
import type { RedisStoreOptions, RedisTarget } from './redis/options.js'
import { redisStoreOn } from './redis/redis-store.js'
import type { ReceiptStore } from './store.js'

export type { AcceptedRisk, RedisIndex, RedisStoreOptions, RedisTarget } from './redis/options.js'

/**
 * Keeps receipts in Redis 6.2 or later, or Valkey: one server, a primary with replicas and Sentinel, or a Cluster. Any number
 * of processes may write the same chain; a script inside Redis compares the head and appends, in one round trip.
 *
 * When an append resolves, its receipts have survived what `durability` says: `memory`, a crash of this process;
 * `replicated`, the loss of the server that took them; `fsynced`, a crash of its machine. At the first call the server's
 * configuration is looked at, and one that would lose receipts is refused (`STORE_UNSAFE`). At most 1,000 receipts go in
 * one append. Receipts never expire.
 *
 * @param target - `{ client }`, `{ url }` or `{ cluster }`
 * @param options - durability, prefix of the keys, indexes, accepted risks
 * @returns the store; `durable` is true. Nothing is opened before it is used
 * @throws TypeError, RangeError when an argument is not what its type says; QuittanceError `STORE_URL` for a malformed URL
 * @example
 * ```ts
 * import { redisStore } from 'quittance/store/redis'
 * const store = redisStore({ url: 'redis://localhost:6379' }, { indexes: ['traceId'] })
 * ```
 */
export function redisStore(target: RedisTarget, options: RedisStoreOptions = {}): ReceiptStore {
  const settings = settingsOf(target, options)
  return redisStoreOn(createLink(target, options), settings)
}
