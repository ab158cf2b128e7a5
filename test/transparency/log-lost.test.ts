/** A log whose own chain was lost or cut, while the chains that it covers are there. */
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { collect } from '../ledger/support.js'
import { fill, LOG_CHAIN, never, ORIGIN, opened, recordingSink, worldOn } from './log-support.js'

const CELL = 'checkpoint'
const shared = (store: ReceiptStore): ReceiptStore => ({ ...store, close: async () => undefined })
const lost = { code: 'TLOG_REFUSED', details: { reason: 'entries-lost', chainId: LOG_CHAIN } }

/** Two chains that the log has, published, by a process that has ended. */
async function published(): Promise<ReceiptStore> {
  const store = memoryStore()
  const { ledger, log } = worldOn(shared(store), { ...never, sinks: [recordingSink()] })
  await fill(ledger, 5, 'acme')
  await fill(ledger, 5, 'umbrella')
  await log.close()
  await ledger.close()
  return store
}

/** A copy with so many receipts of each chain, and the states beside the chains that are named. */
async function copied(from: ReceiptStore, sizes: Record<string, number>, states: string[]): Promise<ReceiptStore> {
  const copy = memoryStore()
  for (const [chainId, size] of Object.entries(sizes))
    if (size > 0) await copy.append(chainId, (await collect(from.read(chainId))).slice(0, size), undefined)
  for (const chainId of states) {
    const state = await from.state.get(chainId, CELL)
    if (state !== undefined) await copy.state.put(chainId, CELL, state.bytes, 0)
  }
  return copy
}

async function goneOn(store: ReceiptStore, chainId: string) {
  const sink = recordingSink()
  const { ledger, log, warnings } = worldOn(shared(store), { ...never, sinks: [sink] })
  await fill(ledger, 1, chainId)
  const closing = await log.close().then(
    () => undefined,
    (error: unknown) => error,
  )
  await ledger.close()
  const heads = sink.got.filter(({ kind }) => kind === 'log')
  return { heads, told: [...warnings, ...(closing === undefined ? [] : [closing])] }
}

describe('a log chain that was lost', () => {
  it.each(['acme', 'another'])('signs no head anew, whoever goes on: %s', async (chainId) => {
    const store = await copied(await published(), { acme: 6, umbrella: 6 }, ['acme', 'umbrella'])
    const { heads, told } = await goneOn(store, chainId)
    expect(heads).toEqual([])
    expect(told).toContainEqual(expect.objectContaining(lost))
  })

  it('signs none either where it came back from a backup, with its state, and the chains did not', async () => {
    const store = memoryStore()
    const first = worldOn(shared(store), { ...never, sinks: [recordingSink()] })
    await fill(first.ledger, 5, 'acme')
    await first.log.close()
    const [size, cell] = [(await collect(store.read(LOG_CHAIN))).length, await store.state.get(LOG_CHAIN, CELL)]
    await fill(first.ledger, 3, 'umbrella')
    await first.ledger.close()
    const later = worldOn(shared(store), { ...never, sinks: [recordingSink()] })
    expect(await later.log.catchUp()).toMatchObject({ failed: 0 })
    await later.log.close()
    await later.ledger.close()

    const old = await copied(store, { acme: 6, umbrella: 4, [LOG_CHAIN]: size }, ['acme', 'umbrella'])
    await old.state.put(LOG_CHAIN, CELL, cell?.bytes as Uint8Array, 0)
    const { heads, told } = await goneOn(old, 'another')
    expect(heads).toEqual([])
    expect(told).toContainEqual(expect.objectContaining(lost))
  })

  it('goes on under another origin, where that is asked for', async () => {
    const store = await copied(await published(), { acme: 6, umbrella: 6 }, ['acme', 'umbrella'])
    const sink = recordingSink()
    const origin = `${ORIGIN}/2`
    const { ledger, log, warnings } = worldOn(shared(store), {
      ...never,
      sinks: [sink],
      origin,
      formerOrigins: [ORIGIN],
    })
    await fill(ledger, 1, 'acme')
    expect(await log.catchUp()).toEqual({ chains: 2, failed: 0 })
    await log.close()
    await ledger.close()
    expect(warnings).toEqual([])
    const head = sink.got.findLast(({ kind }) => kind === 'log')
    expect(await opened(head?.note as string)).toMatchObject({ origin, size: 3 })
  })

  it('is nothing lost where a chain was signed, and its process ended before the log chain had it', async () => {
    const store = await published()
    const whole = await copied(store, { acme: 6, umbrella: 6 }, ['acme'])
    const state = await whole.state.get('acme', CELL)
    const json = JSON.parse(Buffer.from(state?.bytes as Uint8Array).toString()) as { logged: number }
    await whole.state.put('acme', CELL, Buffer.from(JSON.stringify({ ...json, logged: 0 })), state?.version as number)
    const { heads, told } = await goneOn(whole, 'umbrella')
    expect(told).toEqual([])
    expect(heads).toHaveLength(1)
  })
})
