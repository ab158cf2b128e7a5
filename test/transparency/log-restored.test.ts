/** What a log signs where the state beside its chains was changed by somebody without a key, went, or came back from a backup. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { utf8 } from '../../src/primitives/bytes.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import type { CheckpointLogOptions } from '../../src/transparency/log/types.js'
import { fileSink } from '../../src/transparency/sinks/file.js'
import { httpSink } from '../../src/transparency/sinks/http.js'
import type { CheckpointSink, PublishedCheckpoint } from '../../src/transparency/types.js'
import { httpWitness } from '../../src/transparency/witness/client.js'
import { localWitness } from '../../src/transparency/witness/local-witness.js'
import { memoryWitnessState } from '../../src/transparency/witness/memory-state.js'
import { serveWitness } from '../../src/transparency/witness/server.js'
import { createWitness } from '../../src/transparency/witness/witness.js'
import { collect, keyNamed, stored } from '../ledger/support.js'
import { fill, LOG_CHAIN, mismatch, never, ORIGIN, opened, recordingSink, worldOn } from './log-support.js'
import { noteEndpoint, published } from './sinks-support.js'

const CELL = 'checkpoint'
const shared = (store: ReceiptStore): ReceiptStore => ({ ...store, close: async () => undefined })
const refusal = (reason: string, chainId: string) => ({ code: 'TLOG_REFUSED', details: { reason, chainId } })

type Json = Record<string, unknown>

async function cellOf(store: ReceiptStore, chainId: string): Promise<{ version: number; json: Json }> {
  const found = await store.state.get(chainId, CELL)
  if (found === undefined) throw new Error(`${chainId} has no cell`)
  return { version: found.version, json: JSON.parse(Buffer.from(found.bytes).toString()) as Json }
}

async function overwrite(store: ReceiptStore, chainId: string, json: Json): Promise<void> {
  const { version } = await cellOf(store, chainId)
  await store.state.put(chainId, CELL, utf8(JSON.stringify(json)), version)
}

/** Two heads of one origin and size with different roots: a fork that anybody can show. */
async function forksIn(given: readonly PublishedCheckpoint[]): Promise<string[]> {
  const roots = new Map<string, Set<string>>()
  for (const { note } of given) {
    const { origin, size, root } = await opened(note)
    const key = `${origin} ${size}`
    roots.set(key, (roots.get(key) ?? new Set()).add(root))
  }
  return [...roots].filter(([, { size }]) => size > 1).map(([key]) => key)
}

/** A store as a backup brings it back: so many receipts of each chain, and no state. */
async function restored(store: ReceiptStore, sizes: Record<string, number>): Promise<ReceiptStore> {
  const copy = memoryStore()
  for (const [chainId, size] of Object.entries(sizes))
    await copy.append(chainId, (await collect(store.read(chainId))).slice(0, size), undefined)
  return copy
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'quittance-restored-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** Two chains with checkpoints, and the log's head, all made by a process that has ended. */
async function logged(store: ReceiptStore, sinks: CheckpointSink[] = []): Promise<void> {
  const { ledger, log } = worldOn(shared(store), { ...never, sinks })
  await fill(ledger, 5, 'acme')
  await fill(ledger, 5, 'umbrella')
  await log.close()
}

describe('a cell that somebody without the key has changed', () => {
  it('with the root of another chain: nothing is signed for that chain, and the other goes on', async () => {
    const store = memoryStore()
    const sink = recordingSink()
    await logged(store, [sink])
    const acme = await cellOf(store, 'acme')
    const umbrella = await cellOf(store, 'umbrella')
    await overwrite(store, 'umbrella', { ...umbrella.json, root: acme.json.root })
    const { ledger, log, warnings } = worldOn(shared(store), { ...never, sinks: [sink] })
    await fill(ledger, 1, 'acme')
    await fill(ledger, 1, 'umbrella')
    await log.close()
    expect(await forksIn(sink.got)).toEqual([])
    for (const one of sink.got) expect(await mismatch(store, one)).toBeUndefined()
    expect(warnings).toMatchObject([refusal('unknown-origin', 'umbrella')])
    expect((await storedCheckpoint(store, 'acme'))?.size).toBe(7)
    // also where the process has signed for the chain before
    const third = worldOn(shared(store), never)
    await fill(third.ledger, 1, 'acme')
    await third.log.checkpoint('acme')
    const now = await cellOf(store, 'acme')
    await overwrite(store, 'acme', { ...now.json, root: umbrella.json.root })
    await fill(third.ledger, 1, 'acme')
    await expect(third.log.checkpoint('acme')).rejects.toMatchObject(refusal('unknown-origin', 'acme'))
  })

  it('for that of another chain as a whole, also with the head of its own', async () => {
    const store = memoryStore()
    await logged(store)
    const acme = await cellOf(store, 'acme')
    const { head } = (await cellOf(store, 'umbrella')).json
    for (const json of [acme.json, { ...acme.json, head }]) {
      await overwrite(store, 'umbrella', json)
      const { ledger, log } = worldOn(shared(store), never)
      await fill(ledger, 1, 'umbrella')
      await expect(log.checkpoint('umbrella')).rejects.toMatchObject(refusal('unknown-origin', 'umbrella'))
    }
  })

  it('with another head', async () => {
    const store = memoryStore()
    await logged(store)
    const { json } = await cellOf(store, 'acme')
    await overwrite(store, 'acme', { ...json, head: json.root })
    const { ledger, log } = worldOn(shared(store), never)
    await fill(ledger, 1, 'acme')
    await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('rewritten', 'acme'))
  })

  it('of the log chain, for that of a chain: no head of the log is signed', async () => {
    const store = memoryStore()
    const sink = recordingSink()
    await logged(store, [sink])
    for (const chain of ['a', 'b', 'c']) {
      const { ledger, log } = worldOn(shared(store), { ...never, sinks: [sink] })
      await fill(ledger, 1, chain)
      await log.close()
    }
    const receipts = await stored(store, LOG_CHAIN)
    expect(receipts.length).toBeGreaterThanOrEqual(6)
    const { json } = await cellOf(store, 'acme')
    // its size joins the log chain's
    await overwrite(store, LOG_CHAIN, {
      ...json,
      root: receipts[0]?.receiptHash,
      head: receipts[5]?.receiptHash,
    })
    const before = sink.got.length
    const { ledger, log } = worldOn(shared(store), { ...never, sinks: [sink] })
    await fill(ledger, 1, 'acme')
    await log.checkpoint('acme')
    await expect(log.publish()).rejects.toMatchObject(refusal('unknown-origin', LOG_CHAIN))
    expect(sink.got.slice(before)).toEqual([])
  })
})

describe('a cell that went, or is an older one', () => {
  it('is made anew from the receipts, where they lead to the newest entry of the log chain', async () => {
    const store = memoryStore()
    await logged(store)
    const old = await cellOf(store, 'acme')
    const second = worldOn(shared(store), never)
    await fill(second.ledger, 3, 'acme')
    await second.log.close()
    await overwrite(store, 'acme', old.json)
    const third = worldOn(shared(store), never)
    const made = await third.log.checkpoint('acme')
    expect(made.size).toBe(9)
    expect(await mismatch(store, made)).toBeUndefined()
    const bare = await restored(store, { acme: 9, [LOG_CHAIN]: (await stored(store, LOG_CHAIN)).length })
    const fourth = worldOn(bare, never)
    expect((await fourth.log.checkpoint('acme')).note).toBe(made.note)
    await fill(fourth.ledger, 2, 'acme')
    const next = await fourth.log.checkpoint('acme')
    expect([next.size, await mismatch(bare, next)]).toEqual([11, undefined])
  })

  it('of a chain that came back with its cell, while the log did not: nothing is signed on it', async () => {
    const store = memoryStore()
    await logged(store)
    const before = { receipts: await stored(store, 'acme'), cell: (await cellOf(store, 'acme')).json }
    const second = worldOn(shared(store), never)
    await fill(second.ledger, 3, 'acme')
    await second.log.close()
    const back = memoryStore()
    await back.append('acme', before.receipts, undefined)
    await back.append(LOG_CHAIN, await stored(store, LOG_CHAIN), undefined)
    for (const [chain, json] of [
      ['acme', before.cell],
      [LOG_CHAIN, (await cellOf(store, LOG_CHAIN)).json],
    ] as const)
      await back.state.put(chain, CELL, utf8(JSON.stringify(json)), 0)
    const sink = recordingSink()
    const { ledger, log } = worldOn(shared(back), { ...never, sinks: [sink] })
    await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('rolled-back', 'acme'))
    // as long as it was, and longer
    for (const more of [3, 4]) {
      await fill(ledger, more, 'acme')
      await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('rewritten', 'acme'))
    }
    await fill(ledger, 1, 'umbrella')
    await log.checkpoint('umbrella')
    await log.publish()
    expect(sink.got.filter(({ chainId }) => chainId === 'acme').map(({ note }) => note)).toEqual([before.cell.note])
    expect((await cellOf(back, 'acme')).json).toEqual(before.cell)
  })

  it('is not signed on where the chain is shorter than that entry, or goes on otherwise', async () => {
    const store = memoryStore()
    await logged(store)
    const entries = (await stored(store, LOG_CHAIN)).length
    const cut = await restored(store, { acme: 4, [LOG_CHAIN]: entries })
    const { ledger, log } = worldOn(cut, never)
    await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('rolled-back', 'acme'))
    await fill(ledger, 5, 'acme')
    await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('rewritten', 'acme'))
    expect(await cut.state.get('acme', CELL)).toBeUndefined()
    expect(await stored(cut, LOG_CHAIN)).toHaveLength(entries)
  })
})

describe('a log chain that was pruned', () => {
  it('is gone on from, also by a process that finds no entry of a chain there any more', async () => {
    const store = memoryStore()
    await logged(store)
    const receipts = await stored(store, LOG_CHAIN)
    const last = receipts.at(-1) as DecisionReceipt
    const idle = receipts.findLast(({ system }) => system?.event === 'checkpoint' && last.system !== system)
    expect(receipts).toHaveLength(3)
    const { receiptHash, seq } = idle as DecisionReceipt
    await store.prune?.(LOG_CHAIN, seq + 1, { seq, receiptHash })
    expect((await store.bounds(LOG_CHAIN))?.first).toBe(2)
    const sink = recordingSink()
    const { ledger, log, warnings } = worldOn(shared(store), { ...never, sinks: [sink] })
    for (const chain of ['acme', 'umbrella', 'third']) await fill(ledger, 2, chain)
    await log.close()
    expect(warnings).toEqual([])
    expect(sink.got.map(({ chainId }) => chainId).sort()).toEqual(['acme', 'third', LOG_CHAIN, 'umbrella'])
    for (const one of sink.got.filter(({ kind }) => kind === 'chain'))
      expect(await mismatch(store, one)).toBeUndefined()
  })
})

describe('a store that came back older than what others have', () => {
  it('of the log’s head in a directory: nothing is signed, until the operator takes another origin', async () => {
    const store = memoryStore()
    const audit = await folder()
    await logged(store, [fileSink(audit)])
    const back = await restored(store, { acme: 3, [LOG_CHAIN]: 1 })
    const recorded = recordingSink()
    const sinks = [fileSink(audit), recorded]
    const { ledger, log, warnings } = worldOn(shared(back), { ...never, sinks })
    await fill(ledger, 4, 'acme')
    await log.close()
    expect(recorded.got).toEqual([])
    expect(warnings).toMatchObject([refusal('behind', LOG_CHAIN)])
    expect(String(warnings[0])).toContain('file:')
    expect(await stored(back, LOG_CHAIN)).toHaveLength(1)
    // as long as the directory's head, and another history
    const longer = worldOn(shared(back), never)
    await fill(longer.ledger, 1, 'b')
    await fill(longer.ledger, 1, 'c')
    await longer.log.close()
    const again = worldOn(shared(back), { ...never, sinks })
    await expect(again.log.checkpoint('acme')).rejects.toMatchObject(refusal('behind', LOG_CHAIN))
    await expect(again.log.publish()).rejects.toMatchObject(refusal('behind', LOG_CHAIN))
    expect(again.log.status().refused).toEqual([{ chainId: 'acme', reason: 'behind' }])
    expect(recorded.got).toEqual([])

    const anew = worldOn(shared(back), { ...never, sinks, origin: 'log.example/second', formerOrigins: [ORIGIN] })
    await fill(anew.ledger, 1, 'acme')
    await anew.log.close()
    expect(anew.warnings).toEqual([])
    // chains that did not grow as well
    const idle = worldOn(shared(back), { ...never, sinks, origin: 'log.example/second', formerOrigins: [ORIGIN] })
    expect(await idle.log.catchUp()).toEqual({ chains: 3, failed: 0 })
    await idle.log.publish()
    for (const chain of ['b', 'c'])
      expect((await storedCheckpoint(back, chain))?.origin.startsWith('log.example/second/')).toBe(true)
    expect(recorded.got.length).toBeGreaterThan(1)
    for (const one of recorded.got) {
      expect(one.origin.startsWith('log.example/second')).toBe(true)
      expect(await mismatch(back, one)).toBeUndefined()
    }
    // and without naming the former one, what lies beside the chains is not taken for its own
    const unnamed = worldOn(shared(back), { ...never, origin: 'log.example/third' })
    await expect(unnamed.log.checkpoint('acme')).rejects.toMatchObject(refusal('unknown-origin', 'acme'))
  })

  it('of what a witness over HTTP has cosigned', async () => {
    const { key } = await noteSigner(ORIGIN, keyNamed('checkpoints'))
    const core = createWitness({
      keys: keyNamed('w'),
      name: 'witness.example/w1',
      logs: [key],
      state: memoryWitnessState(),
    })
    const server = await serveWitness({ witness: core })
    onTestFinished(() => server.close())
    const vkey = await core.key()
    const witnesses = () => ({ clients: [httpWitness({ url: server.url, key: vkey })] })
    const store = memoryStore()
    const first = worldOn(shared(store), { ...never, witnesses: witnesses() })
    await fill(first.ledger, 5)
    await first.log.close()
    expect(first.warnings).toEqual([])
    const next = worldOn(shared(store), { ...never, witnesses: witnesses() })
    await fill(next.ledger, 2)
    expect((await next.log.checkpoint('acme')).size).toBe(8)
    const back = await restored(store, { acme: 6, [LOG_CHAIN]: 1 })
    const after = worldOn(back, { ...never, witnesses: witnesses() })
    await expect(after.log.checkpoint('acme')).rejects.toMatchObject(refusal('behind', LOG_CHAIN))
    await expect(after.log.publish()).rejects.toMatchObject(refusal('behind', LOG_CHAIN))
    expect(await back.state.get(LOG_CHAIN, CELL)).toBeUndefined()
  })

  it('of what a witness in this process has cosigned, or an endpoint has that answers', async () => {
    const { key } = await noteSigner(ORIGIN, keyNamed('checkpoints'))
    const witness = localWitness({ keys: keyNamed('w'), name: 'witness.example/w1', logs: [key] })
    const endpoint = await noteEndpoint()
    const byOne: (() => Partial<CheckpointLogOptions>)[] = [
      () => ({ witnesses: { clients: [witness] } }),
      () => ({ sinks: [httpSink({ url: endpoint.url, newest: endpoint.url })] }),
    ]
    for (const options of byOne) {
      const store = memoryStore()
      const first = worldOn(shared(store), { ...never, ...options() })
      await fill(first.ledger, 5)
      await first.log.close()
      expect(first.warnings).toEqual([])
      const next = worldOn(shared(store), { ...never, ...options() })
      await fill(next.ledger, 2)
      expect((await next.log.checkpoint('acme')).size).toBe(8)
      expect(next.warnings).toEqual([])
      const back = await restored(store, { acme: 6, [LOG_CHAIN]: 1 })
      const after = worldOn(back, { ...never, ...options() })
      await expect(after.log.checkpoint('acme')).rejects.toMatchObject(refusal('behind', LOG_CHAIN))
      await expect(after.log.publish()).rejects.toMatchObject(refusal('behind', LOG_CHAIN))
      expect(await back.state.get(LOG_CHAIN, CELL)).toBeUndefined()
    }
  })

  it('of a chain’s checkpoint: who has that had the head that covers it before', async () => {
    const store = memoryStore()
    const audit = fileSink(await folder())
    const got: PublishedCheckpoint[] = []
    let room = Number.POSITIVE_INFINITY
    /** The machine dies when so many were delivered. */
    const dying: CheckpointSink = {
      ...audit,
      async publish(checkpoint) {
        if (room === 0) throw new Error('the sink is away')
        room -= 1
        await audit.publish(checkpoint)
        got.push(checkpoint)
      },
    }
    const first = worldOn(shared(store), { ...never, sinks: [dying] })
    await fill(first.ledger, 2, 'acme')
    await first.log.checkpoint('acme')
    await first.log.publish()
    const back = await restored(store, { acme: 3, [LOG_CHAIN]: (await stored(store, LOG_CHAIN)).length })
    await fill(first.ledger, 4, 'acme')
    await first.log.checkpoint('acme')
    room = 1
    await first.log.publish()
    // what the replica never got is written otherwise, and longer
    const other = worldOn(shared(back), never)
    await fill(other.ledger, 9, 'acme')
    const after = worldOn(shared(back), { ...never, sinks: [dying] })
    room = Number.POSITIVE_INFINITY
    await expect(after.log.checkpoint('acme')).rejects.toMatchObject(refusal('behind', LOG_CHAIN))
    expect(await forksIn(got)).toEqual([])
  })

  it('goes on where the log chain leads to what they have, also without a cell', async () => {
    const store = memoryStore()
    const audit = await folder()
    await logged(store, [fileSink(audit)])
    const whole = await restored(store, { acme: 6, umbrella: 6, [LOG_CHAIN]: 3 })
    const sink = recordingSink()
    const { ledger, log, warnings } = worldOn(whole, { ...never, sinks: [fileSink(audit), sink] })
    await fill(ledger, 2, 'acme')
    await log.close()
    expect(warnings).toEqual([])
    expect(sink.got.map(({ kind }) => kind)).toContain('log')
    for (const one of sink.got) expect(await mismatch(whole, one)).toBeUndefined()
  })

  it('asks again whoever was away, and believes nothing that the log did not sign', async () => {
    const store = memoryStore()
    await logged(store)
    const back = await restored(store, { acme: 3, [LOG_CHAIN]: 1 })
    const head = (await storedCheckpoint(store, LOG_CHAIN))?.note
    const answers: (string | Error | undefined)[] = [
      new Error('the sink is away'),
      (await published(900, { by: ['forger'] })).note,
    ]
    const sink: CheckpointSink = {
      name: 'slow',
      publish: async () => undefined,
      async newest() {
        const answer = answers.length > 0 ? answers.shift() : head
        if (answer instanceof Error) throw answer
        return answer
      },
    }
    const { log, warnings } = worldOn(back, { ...never, everyMs: 1, sinks: [sink] })
    expect((await log.checkpoint('acme')).size).toBe(3)
    expect(warnings).toMatchObject([{ message: 'the sink is away' }])
    const { ledger } = worldOn(shared(back), never)
    const refusals: unknown[] = []
    while (refusals.length === 0) {
      await fill(ledger, 1, 'acme')
      await log.checkpoint('acme').catch((error: unknown) => refusals.push(error))
    }
    expect(warnings[1]).toMatchObject({ code: 'TLOG_UNTRUSTED' })
    expect(refusals).toMatchObject([refusal('behind', LOG_CHAIN)])
  })

  it('is not stopped by a directory that holds nothing of this log', async () => {
    const audit = await folder()
    await fileSink(audit).publish(await published(40, { origin: 'log.example/another' }))
    await writeFile(join(audit, 'README'), 'ours')
    const { ledger, log, warnings } = worldOn(memoryStore(), { ...never, sinks: [fileSink(audit)] })
    await fill(ledger, 1)
    expect((await log.checkpoint('acme')).size).toBe(2)
    expect(warnings).toEqual([])
  })
})

describe('whatever order things come in', () => {
  it('no sink has a chain’s checkpoint that its newest head of the log does not cover', async () => {
    const store = memoryStore()
    let head = 0
    let chains = 0
    const checked = async ({ kind, size, origin }: PublishedCheckpoint): Promise<void> => {
      // others go on meanwhile
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (kind === 'log') head = Math.max(head, size)
      else {
        chains += 1
        const entries = (await stored(store, LOG_CHAIN)).slice(0, head).map(({ system }) => system)
        const covers = entries.some((one) => one?.event === 'checkpoint' && one.origin === origin && one.size >= size)
        if (!covers) throw new Error(`${origin} ${size} is not under the head of size ${head}`)
      }
    }
    const { ledger, log, warnings } = worldOn(shared(store), {
      everyReceipts: 3,
      everyMs: 5,
      sinks: [{ name: 'checking', publish: checked }],
    })
    for (let round = 0; round < 40 || chains < 20; round += 1) {
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((chain) => fill(ledger, 1 + (round % 4), chain)))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await log.close()
    await ledger.close()
    expect(warnings).toEqual([])
    expect(head).toBe((await stored(store, LOG_CHAIN)).length)
  })
})

describe('two chains whose roots begin alike', () => {
  /** The root of one chain as it would be if somebody had found such a one; the link behind it too. */
  function alike(store: ReceiptStore, of: string, like: string): ReceiptStore {
    return {
      ...shared(store),
      async *read(chainId, range): AsyncGenerator<DecisionReceipt> {
        if (chainId !== of) {
          yield* store.read(chainId, range)
          return
        }
        const [first] = await collect(store.read(like, { fromSeq: 0, toSeq: 0 }))
        const swap = (hash: string) =>
          `${first?.receiptHash.slice(0, 7 + 16)}${hash.slice(7 + 16)}` as DecisionReceipt['receiptHash']
        for await (const receipt of store.read(chainId, range))
          if (receipt.seq === 0) yield { ...receipt, receiptHash: swap(receipt.receiptHash) }
          else if (receipt.seq === 1) yield { ...receipt, prevReceiptHash: swap(receipt.prevReceiptHash) }
          else yield receipt
      },
    }
  }

  it('get no two lines of heads under one origin, in one process or after another', async () => {
    const store = memoryStore()
    const plain = worldOn(shared(store), never)
    await fill(plain.ledger, 4, 'acme')
    await fill(plain.ledger, 9, 'umbrella')
    const both = alike(store, 'umbrella', 'acme')
    const together = worldOn(both, never)
    const outcomes = await Promise.allSettled([together.log.checkpoint('acme'), together.log.checkpoint('umbrella')])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [signed, other] = outcomes[0]?.status === 'fulfilled' ? ['acme', 'umbrella'] : ['umbrella', 'acme']
    const later = worldOn(both, never)
    await expect(later.log.checkpoint(other)).rejects.toMatchObject({ code: 'TLOG_REFUSED' })
    await fill(plain.ledger, 1, signed)
    expect((await later.log.checkpoint(signed)).size).toBeGreaterThan(5)
  })
})

describe('a chain that came back from a backup by itself, with the state beside it', () => {
  /** The store now, with one chain as it was before. */
  async function mixed(): Promise<ReceiptStore> {
    const store = memoryStore()
    await logged(store)
    const before = { receipts: await collect(store.read('acme')), cell: await store.state.get('acme', CELL) }
    const { ledger, log } = worldOn(shared(store), never)
    await fill(ledger, 3, 'acme')
    await log.close()
    const copy = memoryStore()
    await copy.append('acme', before.receipts, undefined)
    await copy.state.put('acme', CELL, before.cell?.bytes as Uint8Array, 0)
    for (const chainId of ['umbrella', LOG_CHAIN]) {
      await copy.append(chainId, await collect(store.read(chainId)), undefined)
      const cell = await store.state.get(chainId, CELL)
      await copy.state.put(chainId, CELL, cell?.bytes as Uint8Array, 0)
    }
    return copy
  }

  it('is refused in the first look at all chains, though nothing has come to it', async () => {
    const store = await mixed()
    const { log, warnings } = worldOn(shared(store), never)
    expect(await log.catchUp()).toEqual({ chains: 2, failed: 1 })
    expect(warnings).toMatchObject([refusal('rolled-back', 'acme')])
    expect(String(warnings[0])).toContain('acme has 6 receipts, and the log chain has a checkpoint of its first 9: ')
    expect(log.status().refused).toEqual([{ chainId: 'acme', reason: 'rolled-back' }])
    expect(log.health()).toMatchObject({ ok: false, code: 'TLOG_REFUSED', reason: 'rolled-back' })
    // what it was signed for stands, and nothing was added
    expect((await storedCheckpoint(store, 'acme'))?.size).toBe(6)
    await log.close()
  })

  it('is refused where it is asked for alone, in the same words', async () => {
    const { log } = worldOn(shared(await mixed()), never)
    await expect(log.checkpoint('acme')).rejects.toThrow(
      'acme has 6 receipts, and the log chain has a checkpoint of its first 9: ',
    )
    await log.close()
  })
})
