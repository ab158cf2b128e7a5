/**
 * One process of a fleet: `fleet-writer.ts <orders as JSON>`. It emits its share on one chain through everything that goes
 * wrong, and writes down what was acknowledged and what was told to be lost, each line as soon as it is known.
 */
import { openSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { QuittanceError } from '../../../src/errors.js'
import { Keyring } from '../../../src/keys/keyring.js'
import { localKey } from '../../../src/keys/local.js'
import { createLedger } from '../../../src/ledger/ledger.js'
import { redisStore } from '../../../src/store/redis.js'
import { type FleetOrders, fleetDraft } from '../fleet-orders.js'

const orders = JSON.parse(process.argv[2] ?? '') as FleetOrders
const { chainId, count, inFlight, patienceMs } = orders

const client = new Redis({
  sentinels: [...orders.sentinels],
  name: orders.name,
  sentinelRetryStrategy: () => 50,
  retryStrategy: () => 50,
  lazyConnect: true,
})
client.on('error', () => {
  // the store tells it, by the calls that fail
})
const ledger = createLedger({
  store: redisStore({ client }, { durability: orders.durability }),
  keys: localKey({ seed: process.env.FLEET_SEED ?? '' }),
  keyring: new Keyring(orders.keyring),
  redactor: false,
})

ledger.on('warning', () => {
  // what a disturbed connection can't do beside the appends, it does later; the appends are what is held against it
})

const acknowledged = openSync(orders.acknowledged, 'a')
const told = openSync(orders.told, 'a')
ledger.on('rolled_back', ({ outcome, lost }) => {
  writeSync(told, `${JSON.stringify({ outcome, lost })}\n`)
})

/** What failed may come right by itself: other writers put back what they remember. After that somebody has to say so. */
let since: number | undefined
let deciding: Promise<void> | undefined
async function decide(): Promise<void> {
  since ??= performance.now()
  await delay(100)
  if (performance.now() - since < patienceMs) return
  try {
    await ledger.acceptRollback(chainId)
  } catch (error) {
    // nothing is lost (any more), or it could not be asked: the next append finds out
    if (!(error instanceof RangeError) && !QuittanceError.is(error)) throw error
  }
  since = undefined
}

/** Again and again, as a queue would redeliver it; what fails for a minute is a fault of its own. */
async function emit(index: number): Promise<void> {
  const begun = performance.now()
  for (;;) {
    try {
      const receipt = await ledger.append(fleetDraft(orders, index))
      since = undefined
      writeSync(acknowledged, `${receipt.receiptId} ${receipt.seq} ${receipt.receiptHash}\n`)
      return
    } catch (error) {
      if (!QuittanceError.is(error) || performance.now() - begun > 60_000) throw error
      if (error.code === 'STORE_ROLLED_BACK') {
        deciding ??= decide().finally(() => {
          deciding = undefined
        })
        await deciding
      } else if (error.details.retryable === true || error.details.outcome === 'unknown') await delay(20)
      else throw error
    }
  }
}

let next = 0
async function work(): Promise<void> {
  while (next < count) {
    const index = next
    next += 1
    await emit(index)
  }
}

async function main(): Promise<void> {
  await Promise.all(Array.from({ length: inFlight }, work))
  await ledger.close()
  client.disconnect()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
