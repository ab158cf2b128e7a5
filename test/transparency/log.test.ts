import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import type { PublishedCheckpoint } from '../../src/transparency/types.js'
import { stored } from '../ledger/support.js'
import { fill, LOG_CHAIN, mismatch, never, ORIGIN, opened, recordingSink, worldOn } from './log-support.js'

describe('a checkpoint', () => {
  it('covers the chain as it is, and stands in the log chain', async () => {
    const store = memoryStore()
    const { ledger, log, warnings } = worldOn(store, never)
    await fill(ledger, 7)
    const made = await log.checkpoint('acme')
    const receipts = await stored(store)
    const digits = receipts[0]?.receiptHash.slice(7, 23)
    expect(made).toMatchObject({
      kind: 'chain',
      chainId: 'acme',
      origin: `${ORIGIN}/${digits}`,
      size: 8,
      timestamps: [],
    })
    expect(await mismatch(store, made)).toBeUndefined()
    const { root } = await opened(made.note)
    const entries = await stored(store, LOG_CHAIN)
    expect(entries.map(({ system }) => system)).toMatchObject([
      { event: 'chain_start' },
      { event: 'checkpoint', origin: made.origin, size: 8, rootHash: `sha256:${root}` },
    ])
    expect(await storedCheckpoint(store, 'acme')).toMatchObject({ note: made.note, size: 8, head: { seq: 7 } })
    await log.close()
    await ledger.close()
    expect(warnings).toEqual([])
  })

  it('is published as the head of the log, to every sink, with those of the chains', async () => {
    const store = memoryStore()
    const sink = recordingSink()
    const { ledger, log } = worldOn(store, { ...never, sinks: [sink] })
    await fill(ledger, 3)
    await fill(ledger, 3, 'umbrella')
    await log.checkpoint('acme')
    await log.checkpoint('umbrella')
    const head = await log.publish()
    expect(head).toMatchObject({ kind: 'log', chainId: LOG_CHAIN, origin: ORIGIN, size: 3 })
    expect(sink.got.map(({ chainId, size }) => [chainId, size])).toEqual([
      [LOG_CHAIN, 3],
      ['acme', 4],
      ['umbrella', 4],
    ])
    for (const one of sink.got) expect(await mismatch(store, one)).toBeUndefined()
    await log.close()
    expect(log.status()).toMatchObject({ closed: true, waiting: { chains: 0 } })
    await ledger.close()
  })

  it('is made after so many receipts, and what is left on close', async () => {
    const store = memoryStore()
    const sink = recordingSink()
    const { ledger, log, warnings } = worldOn(store, { ...never, everyReceipts: 10, sinks: [sink] })
    for (let round = 0; round < 6; round += 1) await fill(ledger, 7)
    await log.close()
    const receipts = await stored(store)
    expect(receipts).toHaveLength(43)
    const entries = (await stored(store, LOG_CHAIN)).flatMap(({ system }) =>
      system?.event === 'checkpoint' ? [system] : [],
    )
    expect(entries.at(-1)?.size).toBe(43)
    expect(entries.length).toBeGreaterThan(2)
    expect(sink.got.map(({ kind }) => kind)).toEqual(['log', 'chain'])
    for (const one of sink.got) expect(await mismatch(store, one)).toBeUndefined()
    expect(warnings).toEqual([])
    await ledger.close()
  })

  it('is gone on from on a file store that was closed and opened again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quittance-log-'))
    try {
      const notes: PublishedCheckpoint[] = []
      for (let process = 0; process < 3; process += 1) {
        const sink = recordingSink()
        const { ledger, log, warnings } = worldOn(fileStore(directory), { ...never, everyReceipts: 6, sinks: [sink] })
        await fill(ledger, 9)
        await log.close()
        await ledger.close()
        expect(warnings).toEqual([])
        notes.push(...sink.got)
      }
      const store = fileStore(directory)
      expect(notes.filter(({ kind }) => kind === 'chain').map(({ size }) => size)).toEqual([10, 19, 28])
      for (const one of notes) expect(await mismatch(store, one)).toBeUndefined()
      await store.close()
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
})
