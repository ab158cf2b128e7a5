/** Sealing reports. */

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Keyring } from '../../../src/keys/keyring.js'
import { lineOf } from '../../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { buildReport } from '../../../src/report/build.js'
import { reportDigest, toJson } from '../../../src/report/json.js'
import { sealReport } from '../../../src/report/seal.js'
import { verifyReport } from '../../../src/report/verify-report.js'
import { memoryStore } from '../../../src/store/memory.js'
import { faultyStore } from '../../../src/testing/index.js'
import { delegatedBy, keyNamed, stored } from '../../ledger/support.js'
import { ledgerOver, now, period, world } from './world.js'

describe('sealReport', () => {
  test('writes one receipt a chain, which names the digest of the JSON and what was verified', async () => {
    const { report, seal, store } = await world({}, ['acme', 'beta'])
    expect(seal.digest).toBe(`sha256:${createHash('sha256').update(toJson(report)).digest('hex')}`)
    const receipts = seal.lines.map((line) => JSON.parse(line) as DecisionReceipt)
    expect(receipts.map(({ chainId, seq, system }) => ({ chainId, seq, system }))).toEqual(
      ['acme', 'beta'].map((chainId) => ({
        chainId,
        seq: 21,
        system: { event: 'report', hash: seal.digest, fromSeq: 0, toSeq: 20 },
      })),
    )
    for (const [index, chainId] of ['acme', 'beta'].entries()) {
      const at = (await stored(store, chainId))[21] as DecisionReceipt
      expect(lineOf(at)).toBe(seal.lines[index])
    }
  })

  test('finds what is there already, also after the chain grew', async () => {
    const { report, seal, ledger, decide, store } = await world()
    await decide(3)
    expect(await sealReport(report, { ledger })).toEqual(seal)
    const other = ledgerOver(store, undefined, undefined, 100).ledger
    expect(await sealReport(report, { ledger: other })).toEqual(seal)
    expect((await stored(store)).filter(({ system }) => system?.event === 'report')).toHaveLength(1)
  })

  test('refuses a report on another chain of that name, and on one that lost its end', async () => {
    const { report, store } = await world()
    const other = memoryStore()
    const begun = ledgerOver(other)
    await begun.decide(20)
    await expect(sealReport(report, { ledger: begun.ledger })).rejects.toMatchObject({ code: 'REPORT_OTHER_CHAIN' })
    const short = memoryStore()
    const receipts = await stored(store)
    await short.append('acme', receipts.slice(0, 10), undefined)
    await expect(sealReport(report, { ledger: ledgerOver(short).ledger })).rejects.toMatchObject({
      code: 'REPORT_OTHER_CHAIN',
      details: { chainId: 'acme', seq: 20 },
    })
    await expect(sealReport(report, { ledger: ledgerOver(memoryStore()).ledger })).rejects.toMatchObject({
      code: 'REPORT_OTHER_CHAIN',
    })
    expect(await stored(short)).toHaveLength(10)
  })

  test('seals a report that is not VALID, and says so', async () => {
    const { store, ledger } = await world()
    const stranger = new Keyring([(await keyNamed('stranger').signer()).keyId])
    const report = await buildReport(store, { period, keyring: stranger, now })
    expect(report.verdict).toBe('INCOMPLETE')
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push((error as { code?: unknown }).code))
    expect((await sealReport(report, { ledger })).lines).toHaveLength(1)
    expect(warnings).toEqual(['REPORT_NOT_VALID'])
  })

  test('a chain that ended is sealed by its successor; alone it can’t be, unless it was before', async () => {
    const { store, ledger, keyring, report: before, seal: sealedBefore } = await world()
    await ledger.succeed('acme', { reason: 'moved' })
    const both = await buildReport(store, { period, keyring, now })
    const seal = await sealReport(both, { ledger })
    expect(seal.lines.map((line) => (JSON.parse(line) as DecisionReceipt).chainId)).toEqual(['acme/2'])
    const { verdict, problems } = await verifyReport(toJson(both), { keyring, seal, source: store })
    expect([verdict, problems]).toEqual(['VALID', []])
    const alone = await buildReport(store, { chainId: 'acme', period, keyring, now })
    await expect(sealReport(alone, { ledger })).rejects.toMatchObject({ code: 'LEDGER_CHAIN_ENDED' })
    expect(await sealReport(before, { ledger })).toEqual(sealedBefore)
  })

  test('what a store loses or answers too late is sealed once', async () => {
    const { store, keyring } = await world()
    const report = await buildReport(store, { chainId: 'acme', period, keyring, now, embed: 0 })
    for (const kind of ['before', 'after'] as const) {
      const copy = memoryStore()
      await copy.append('acme', await stored(store), undefined)
      const { ledger } = ledgerOver(faultyStore(copy, [{ method: 'append', call: 1, kind }]), undefined, keyring, 100)
      const seal = await sealReport(report, { ledger })
      const found = (await stored(copy)).filter(
        ({ system }) => system?.event === 'report' && system.hash === seal.digest,
      )
      expect(found.map(lineOf)).toEqual(seal.lines)
    }
  })

  test('has nothing to seal where there is no receipt', async () => {
    const { keyring, ledger, store } = await world()
    const report = await buildReport(store, { chainId: 'none', period, keyring, now })
    await expect(sealReport(report, { ledger })).rejects.toMatchObject({ code: 'REPORT_NO_RECEIPT' })
  })

  test('brings the certificate of a session key along, where the report was made before it', async () => {
    const store = memoryStore()
    const root = (await keyNamed('a').signer()).keyId
    const keyring = new Keyring([{ keyId: root, uses: ['receipt', 'delegate'] }])
    await ledgerOver(store, keyNamed('a'), keyring).decide(5)
    const asked = { chainId: 'acme', period, keyring, now: '2026-01-11T00:00:00.000Z', embed: 2 }
    const report = await buildReport(store, asked)
    const session = ledgerOver(store, await delegatedBy(keyNamed('a'), keyNamed('session')), keyring, 100)
    await session.decide(3)
    const seal = await sealReport(report, { ledger: session.ledger })
    expect(seal.lines.map((line) => 'key' in JSON.parse(line))).toEqual([true, false])
    const { verdict, sealed } = await verifyReport(toJson(report), { keyring, seal, source: store })
    expect([verdict, sealed.length]).toEqual(['VALID', 1])
    expect(reportDigest(report)).toBe(seal.digest)
  })
})
