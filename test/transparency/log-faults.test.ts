/** Sinks, witnesses and authorities that fail: receipts go on, it is told, and nothing is forgotten. */
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { parseDidKey } from '../../src/keys/did-key.js'
import { consistencyProof } from '../../src/merkle/consistency-proof.js'
import { leafHash } from '../../src/merkle/hash.js'
import { receiptLeaf } from '../../src/merkle/receipt-leaf.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { cosign } from '../../src/tlog/cosignature.js'
import { parseNote } from '../../src/tlog/note.js'
import { parsePolicy } from '../../src/tlog/policy.js'
import { type NoteKey, noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import { draft, keyNamed, stored } from '../ledger/support.js'
import {
  fill,
  LOG_CHAIN,
  mismatch,
  never,
  ORIGIN,
  recordingSink,
  scriptedAuthority,
  scriptedWitness,
  worldOn,
} from './log-support.js'

const shared = (store: ReceiptStore): ReceiptStore => ({ ...store, close: async () => undefined })

/** Waits until something holds, as long as it takes: what waits for it has a timer of its own. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(5)
}

const cosigner = async (name: string): Promise<NoteKey> =>
  noteKey(name, 'ed25519-cosignature', parseDidKey((await keyNamed(name).signer()).keyId))

const lineBy = async (name: string, note: string): Promise<string> =>
  cosign(parseNote(note).text, await cosigner(name), 1_700_000_000, async (message) =>
    (await keyNamed(name).signer()).sign(message),
  )

describe('a sink', () => {
  for (const fault of ['absent', 'there'] as const) {
    it(`that fails, and the checkpoint is ${fault} all the same, gets it again`, async () => {
      const store = memoryStore()
      const good = recordingSink('good')
      const bad = recordingSink('bad')
      bad.faults.push(fault)
      const { ledger, log, warnings } = worldOn(store, { ...never, everyMs: 20, sinks: [bad, good] })
      await fill(ledger, 3)
      await until(
        () => bad.got.some(({ kind }) => kind === 'log') && log.status().sinks.every(({ pending }) => pending === 0),
      )
      expect(warnings).toEqual([expect.objectContaining({ message: 'the sink is away' })])
      for (const { got } of [bad, good]) {
        expect(new Set(got.map(({ chainId }) => chainId))).toEqual(new Set(['acme', LOG_CHAIN]))
        for (const one of got) expect(await mismatch(store, one)).toBeUndefined()
      }
      expect(log.status().sinks).toMatchObject([
        { name: 'bad', failures: 0 },
        { name: 'good', failures: 0 },
      ])
      await ledger.append(draft())
      await log.close()
      await ledger.close()
    })
  }

  it('that was away when the process ended is served by the next one', async () => {
    const store = memoryStore()
    const sink = recordingSink()
    const first = worldOn(shared(store), { ...never, sinks: [sink] })
    await fill(first.ledger, 3)
    await fill(first.ledger, 3, 'umbrella')
    sink.faults.push('absent', 'absent', 'absent', 'absent')
    await first.log.close()
    expect(sink.got).toEqual([])
    expect(first.warnings.length).toBeGreaterThan(0)
    sink.faults.length = 0
    // nothing is appended, and nothing was forgotten
    const next = worldOn(shared(store), { ...never, sinks: [sink] })
    await next.log.publish()
    expect(sink.got.map(({ chainId }) => chainId).sort()).toEqual(['acme', LOG_CHAIN, 'umbrella'].sort())
    for (const one of sink.got) expect(await mismatch(store, one)).toBeUndefined()
    // and a third has nothing to bring but the head that it is asked for
    const third = recordingSink()
    await worldOn(shared(store), { ...never, sinks: [third] }).log.publish()
    expect(third.got.map(({ kind }) => kind)).toEqual(['log'])
  })

  it('that was away gets the newest of each, which goes on from what it has; those between are not repeated', async () => {
    const store = memoryStore()
    const [away, there] = [recordingSink('away'), recordingSink('there')]
    const { ledger, log } = worldOn(store, { ...never, sinks: [away, there] })
    const round = async (chainId: string): Promise<void> => {
      await fill(ledger, 2, chainId)
      await log.checkpoint(chainId)
      await log.publish()
    }
    await round('acme')
    away.faults.push('absent', 'absent', 'absent')
    for (const chainId of ['acme', 'umbrella', 'acme']) await round(chainId)
    expect(away.faults).toEqual([])
    await round('umbrella')
    const told = ({ got }: typeof away, kind: string, chain: string) =>
      got.filter((one) => one.kind === kind && one.chainId === chain).map(({ size }) => size)
    expect([told(there, 'log', LOG_CHAIN), told(away, 'log', LOG_CHAIN)]).toEqual([
      [2, 3, 4, 5, 6],
      [2, 6],
    ])
    expect([told(there, 'chain', 'acme'), told(away, 'chain', 'acme')]).toEqual([
      [3, 5, 7],
      [3, 7],
    ])
    expect([told(there, 'chain', 'umbrella'), told(away, 'chain', 'umbrella')]).toEqual([[3, 5], [5]])
    for (const one of away.got) expect(await mismatch(store, one)).toBeUndefined()
    await log.close()
    await ledger.close()
  })

  it('that never answers is given up after the time, and shown', async () => {
    const store = memoryStore()
    const hanging = { name: 'hanging', publish: () => new Promise<void>(() => undefined) }
    const { ledger, log, warnings } = worldOn(store, { ...never, sinks: [hanging], timeoutMs: 30 })
    await fill(ledger, 2)
    await log.checkpoint('acme')
    expect((await log.publish()).size).toBe(2)
    expect(warnings[0]).toMatchObject({ code: 'TLOG_UNAVAILABLE', details: { reason: 'timeout' } })
    expect(log.status().sinks).toMatchObject([{ pending: 2, failures: 1, code: 'TLOG_UNAVAILABLE' }])
    const { ok, checks } = await ledger.health()
    expect([ok, checks.at(-1)]).toMatchObject([false, { name: 'checkpoint', code: 'TLOG_UNAVAILABLE' }])
  })

  it('gets the log alone where that is asked for', async () => {
    const sink = recordingSink()
    const { ledger, log } = worldOn(memoryStore(), { ...never, sinks: [sink], publishChains: false })
    await fill(ledger, 2)
    await log.close()
    expect(sink.got.map(({ kind }) => kind)).toEqual(['log'])
    await ledger.close()
  })
})

describe('witnesses and authorities', () => {
  it('are asked for the log’s head alone, with a proof from what they saw; what they gave is kept and published', async () => {
    const store = memoryStore()
    const sink = recordingSink()
    const proofs: { old: number; size: number; proof: readonly Uint8Array[] }[] = []
    const witness = scriptedWitness('w.example/1', async ({ note, size, consistencyFrom }) => {
      for (let old = 0; old <= size; old += 1) proofs.push({ old, size, proof: await consistencyFrom(old) })
      return [await lineBy('w.example/1', note)]
    })
    const authority = scriptedAuthority('tsa', async () => Uint8Array.of(48, 1, 0))
    const policy = parsePolicy(
      `log ${vkeyOf(noteKey(ORIGIN, 'ed25519', new Uint8Array(32)))}\nwitness one ${vkeyOf(await cosigner('w.example/1'))}\nquorum one\n`,
    )
    const { ledger, log, warnings } = worldOn(store, {
      ...never,
      sinks: [sink],
      witnesses: { clients: [witness], policy },
      timestamps: [authority],
    })
    for (let round = 0; round < 4; round += 1) {
      await fill(ledger, 3)
      await log.checkpoint('acme')
      await log.publish()
    }
    const leaves = (await stored(store, LOG_CHAIN)).map((one) => leafHash(receiptLeaf(one.receiptHash, one.signature)))
    expect(proofs.length).toBeGreaterThan(14)
    for (const { old, size, proof } of proofs) {
      const expected = consistencyProof(leaves.slice(0, size), old, size)
      expect(proof.map((one) => Buffer.from(one).toString('hex'))).toEqual(
        expected.map((one) => Buffer.from(one).toString('hex')),
      )
    }
    const kept = await storedCheckpoint(store, LOG_CHAIN)
    expect(sink.got.findLast(({ kind }) => kind === 'log')).toMatchObject({
      kind: 'log',
      note: kept?.note,
      timestamps: [Uint8Array.of(48, 1, 0)],
    })
    expect(kept && parseNote(kept.note).signatures.map(({ name }) => name)).toEqual([ORIGIN, 'w.example/1'])
    expect(log.status()).toMatchObject({ quorum: true, witnesses: [{ pending: 0 }], timestamps: [{ pending: 0 }] })
    expect(warnings).toEqual([])
    await log.close()
  })

  it('that fail keep nobody waiting; what they give later goes out as well', async () => {
    const store = memoryStore()
    const sink = recordingSink()
    let away = true
    const witness = scriptedWitness('w.example/1', async ({ note }) => {
      if (away) throw new QuittanceError('TLOG_UNAVAILABLE', 'away')
      return [await lineBy('w.example/1', note)]
    })
    const { ledger, log, warnings } = worldOn(store, {
      everyReceipts: 1_000,
      everyMs: 20,
      sinks: [sink],
      witnesses: { clients: [witness] },
    })
    await fill(ledger, 3)
    await until(() => sink.got.some(({ kind }) => kind === 'log') && warnings.length > 0)
    expect(log.status().witnesses).toMatchObject([{ name: 'w.example/1', pending: 1, code: 'TLOG_UNAVAILABLE' }])
    away = false
    await until(() => sink.got.some(({ note }) => note.includes('— w.example/1 ')))
    await until(() => log.status().witnesses[0]?.pending === 0)
    // one head, without and with the cosignature
    expect(new Set(sink.got.filter(({ kind }) => kind === 'log').map(({ size }) => size))).toEqual(new Set([2]))
    expect((await storedCheckpoint(store, LOG_CHAIN))?.note).toContain('— w.example/1 ')
    await log.close()
    await ledger.close()
  })

  it('a quorum that is not reached is a warning', async () => {
    const policy = parsePolicy(
      `log ${vkeyOf(noteKey(ORIGIN, 'ed25519', new Uint8Array(32)))}\nwitness one ${vkeyOf(await cosigner('w.example/1'))}\nquorum one\n`,
    )
    const { ledger, log, warnings } = worldOn(memoryStore(), { ...never, witnesses: { clients: [], policy } })
    await fill(ledger, 1)
    await log.checkpoint('acme')
    await log.publish()
    expect(warnings).toMatchObject([{ code: 'TLOG_UNAVAILABLE', details: { reason: 'quorum' } }])
    expect(log.status().quorum).toBe(false)
    await log.close()
  })
})

describe('a log', () => {
  it('does it all by itself after the time, also for what others wrote before it began', async () => {
    const store = memoryStore()
    const before = worldOn(shared(store), never)
    await fill(before.ledger, 4, 'older')
    const sink = recordingSink()
    const { ledger, log } = worldOn(shared(store), { everyReceipts: 1_000, everyMs: 20, sinks: [sink] })
    await fill(ledger, 2)
    await until(
      () => sink.got.some(({ chainId }) => chainId === 'older') && sink.got.some(({ kind }) => kind === 'log'),
    )
    expect((await storedCheckpoint(store, 'older'))?.size).toBe(5)
    expect(log.status().published?.size).toBeGreaterThan(0)
    // whole milliseconds, though the clock has more
    expect(log.status().published?.ageMs).toSatisfy(Number.isSafeInteger)
    expect(log.health().ageMs).toSatisfy(Number.isSafeInteger)
    await log.close()
    await log.close()
    expect(log.health()).toMatchObject({ name: 'checkpoint', ok: true })
    expect((await ledger.health()).checks.some(({ name }) => name === 'checkpoint')).toBe(false)
  })

  it('says on closing what it could not make', async () => {
    const store = memoryStore()
    const { ledger, log, warnings } = worldOn(shared(store), never)
    await fill(ledger, 2)
    await ledger.close()
    await expect(log.close()).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      message: expect.stringContaining('close the log first'),
    })
    expect(warnings).toMatchObject([{ code: 'LEDGER_CLOSED' }, { code: 'LEDGER_CLOSED' }])
  })

  it('closes although a sink never does, and says so', async () => {
    const sink = { ...recordingSink(), close: () => new Promise<void>(() => undefined) }
    const { ledger, log, warnings } = worldOn(memoryStore(), { ...never, sinks: [sink], timeoutMs: 1_000 })
    await fill(ledger, 2)
    await log.close()
    expect(sink.got.map(({ kind, size }) => [kind, size])).toEqual([
      ['log', 2],
      ['chain', 3],
    ])
    expect(warnings).toMatchObject([{ code: 'TLOG_UNAVAILABLE', details: { reason: 'timeout' } }])
    await ledger.close()
  })

  it('refuses options that make no sense', async () => {
    const open = (options: object) => () => worldOn(memoryStore(), options)
    for (const origin of ['', 'no-slash', 'log.example/a b', 'log.example/a+b', `log.example/${'x'.repeat(256)}`])
      expect(open({ origin }), origin).toThrow(RangeError)
    for (const everyMs of [0, -1, 0.5, 2 ** 31]) expect(open({ everyMs })).toThrow(RangeError)
    expect(open({ everyReceipts: 0 })).toThrow(RangeError)
    expect(open({ sinks: [{}] })).toThrow(TypeError)
    expect(open({ keys: {} })).toThrow(TypeError)
    expect(open({ evryMs: 5 })).toThrow(TypeError)
    expect(open({ formerKeys: ['did:key:zzz'] })).toThrow()
    expect(open({ formerOrigins: ['no-slash'] })).toThrow(RangeError)
    expect(open({ formerOrigins: [ORIGIN] })).toThrow(RangeError)
    expect(open({ formerOrigins: 'log.example/former' })).toThrow(TypeError)
    const { log } = worldOn(memoryStore())
    expect(() => log.on('nothing' as never, () => undefined)).toThrow(TypeError)
  })
})
