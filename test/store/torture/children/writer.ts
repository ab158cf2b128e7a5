/**
 * One process that appends through a ledger until it is killed: `writer.mjs <orders as JSON>`. What it says goes to
 * descriptor 3, written on the spot: what was said was said, also by a process that is killed the moment after.
 */
import { writeSync } from 'node:fs'
import { QuittanceError } from '../../../../src/errors.js'
import { fileStore } from '../../../../src/store/file.js'
import type { Said, WriterOrders } from '../orders.js'
import { randomFrom } from '../random.js'
import { draft, fastClock, KEPT_DAYS, ledgerOn, retentionKey } from '../world.js'

const orders = JSON.parse(process.argv[2] ?? '') as WriterOrders
const { chainId, inFlight } = orders
const random = randomFrom(orders.seed)
const say = (what: Said): void => {
  writeSync(3, `${JSON.stringify(what)}\n`)
}

const store = fileStore(orders.dir, { ...orders.store, onNotice: () => undefined })
const ledger = await ledgerOn(store, fastClock(orders.clock))
ledger.on('warning', () => undefined)
const recent: string[] = []
let pruning: Promise<void> | undefined
let left = orders.count ?? Number.POSITIVE_INFINITY

async function erase(id: string): Promise<void> {
  say({ says: 'erasing', id })
  if (await ledger.eraseDetails(chainId, id, { reason: 'test' })) say({ says: 'erased', id })
}

async function prune(): Promise<void> {
  const options = { olderThanDays: KEPT_DAYS, reason: 'test', keys: retentionKey() }
  const { through } = await ledger.prune(chainId, { ...options, dryRun: true })
  if (through === undefined) return
  // time goes on: the prune itself may find more that is old enough, so that it is only known afterwards what went
  say({ says: 'pruning', below: Number.MAX_SAFE_INTEGER })
  await ledger.prune(chainId, options)
  say({ says: 'pruned', below: (await store.bounds(chainId))?.first ?? 0 })
}

/** Of several calls at once some meet what another one has just done; nothing else may go wrong. */
async function attempt(id: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    say({ says: 'failed', code: error.code, outcome: String(error.details.outcome), id })
  }
}

async function work(): Promise<void> {
  while (left > 0) {
    left -= 1
    const given = draft(chainId, `text-of-${left}`, random.below(orders.text ?? 400))
    await attempt(given.receiptId, async () => {
      const receipt = await ledger.append(given)
      say({ says: 'acknowledged', id: receipt.receiptId, seq: receipt.seq, hash: receipt.receiptHash })
      recent.push(receipt.receiptId)
      if (recent.length > 200) recent.shift()
    })
    if (recent.length > 0 && random.chance(orders.erase)) {
      const id = random.pick(recent)
      await attempt(id, () => erase(id))
    }
    if (pruning === undefined && random.chance(orders.prune)) {
      pruning = attempt('', prune).finally(() => {
        pruning = undefined
      })
      await pruning
    }
  }
}

say({ says: 'ready' })
await Promise.all(Array.from({ length: inFlight }, work))
await ledger.close()
say({ says: 'done' })
