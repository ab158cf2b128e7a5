import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import type { RedisService } from '../../scripts/services/redis.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { type RedisStoreOptions, redisStore } from '../../src/store/redis.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { refOf } from './temporary.js'

let chains = 0
/** A chain that no other test has. */
export const newChain = (): string => `chain-${process.pid}-${chains++}`

/** A store on the server, closed when the running test ends. */
export function storeOn(redis: RedisService, options: RedisStoreOptions = {}): ReceiptStore {
  const store = redisStore({ url: redis.url }, options)
  onTestFinished(() => store.close())
  return store
}

/** A client that does with the keys what nobody should. */
export function rawClient(redis: RedisService): Redis {
  const client = new Redis(redis.url)
  onTestFinished(() => client.disconnect())
  return client
}

/** Appends what may be more than one append takes. */
export async function appendAll(
  store: ReceiptStore,
  receipts: readonly DecisionReceipt[],
  after?: DecisionReceipt,
): Promise<void> {
  for (let at = 0; at < receipts.length; at += 500) {
    const before = receipts[at - 1] ?? after
    await store.append(receipts[0]!.chainId, receipts.slice(at, at + 500), before && refOf(before))
  }
}
