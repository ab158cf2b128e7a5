import { describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { realEnvironment } from '../../src/ledger/environment.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { DAY, days, idOf, prune, retention, root, START, seqs, shortly, trusted, world } from './retention-world.js'
import { delegatedBy, draft, keyNamed, stored } from './support.js'

describe('prune', () => {
  test('records what goes, removes it, and the verdict of who accepts pruning is VALID', async () => {
    const w = await world()
    await days(w, 30)
    const before = await stored(w.store)
    const { removed, through, from, to, receipt } = await prune(w, 10)
    // day 29 now: the first that stays must be of day 19 or before, which is seq 20
    expect({ removed, through }).toEqual({ removed: 20, through: { seq: 19, receiptHash: before[19]!.receiptHash } })
    expect({ from, to }).toEqual({ from: '2026-01-01T00:00:00.000Z', to: '2026-01-19T00:00:00.000Z' })
    expect(receipt).toMatchObject({
      seq: 31,
      eventType: 'retention',
      tenantId: 'acme',
      keyId: await idOf(retention),
      retention: {
        event: 'prune',
        through,
        count: 20,
        merkleRoot: root(before.slice(0, 20)),
        policy: '10d:override:test:age',
        reason: 'age',
      },
    })
    expect(await seqs(w)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31])
    expect((await w.ledger.append(draft())).seq).toBe(32)
    const chain = await stored(w.store)
    expect(
      (await verifyChain(chain, { keyring: w.keyring, acceptPruned: { minDays: 10 }, now: new Date(w.time.now()) }))
        .verdict,
    ).toBe('VALID')
    expect(
      (await verifyChain(chain, { keyring: w.keyring, acceptPruned: { minDays: 11 }, now: new Date(w.time.now()) }))
        .verdict,
    ).toBe('INCOMPLETE')
    expect((await verifyChain(chain, { keyring: w.keyring, now: new Date(w.time.now()) })).counts).toEqual({
      PRUNED: 1,
    })
  })

  test('again, later, goes on where it stopped; too early it does nothing', async () => {
    const w = await world()
    await days(w, 30)
    expect((await prune(w, 10)).removed).toBe(20)
    expect(await prune(w, 10)).toEqual({ removed: 0 })
    w.time.day = 33
    expect(await prune(w, 10, { policy: 'p-7' })).toMatchObject({
      removed: 4,
      through: { seq: 23 },
      receipt: { retention: { count: 4, policy: '10d:override:test:p-7' } },
    })
    expect(
      (
        await verifyChain(await stored(w.store), {
          keyring: w.keyring,
          acceptPruned: { minDays: 10 },
          now: new Date(w.time.now()),
        })
      ).verdict,
    ).toBe('VALID')
  })

  test('a dry run says what would go and changes nothing', async () => {
    const w = await world()
    await days(w, 30)
    const before = await stored(w.store)
    expect(await prune(w, 10, { dryRun: true })).toEqual({
      removed: 20,
      through: { seq: 19, receiptHash: before[19]!.receiptHash },
      from: before[0]!.timestamp,
      to: before[19]!.timestamp,
    })
    expect(await stored(w.store)).toEqual(before)
  })

  test('keeps what the chain promised, and what the ledger promises', async () => {
    const w = await world({ retentionDays: 20 })
    await days(w, 60)
    await expect(prune(w, 19)).rejects.toMatchObject({ code: 'LEDGER_RETENTION', details: { outcome: 'absent' } })
    // a later ledger that promises less is held to what the chain says
    const lax = createLedgerWith(
      { store: w.store, keys: keyNamed('a'), redactor: false, ...shortly, retentionDays: 0, keyring: w.keyring },
      w.time,
    )
    await expect(lax.prune('acme', { olderThanDays: 5, reason: 'age', keys: retention })).rejects.toMatchObject({
      code: 'LEDGER_RETENTION',
    })
    expect(await seqs(w)).toHaveLength(61)
    for (const olderThanDays of [-1, Number.NaN, Number.POSITIVE_INFINITY, '30' as never])
      await expect(prune(w, olderThanDays)).rejects.toThrow(RangeError)
  })

  test('of a chain that is not there does nothing', async () => {
    const w = await world()
    expect(await prune(w, 10)).toEqual({ removed: 0 })
  })

  test('is signed by a key that the keyring names for it, never a delegate', async () => {
    const w = await world()
    await days(w, 30)
    await expect(prune(w, 10, { keys: keyNamed('a') })).rejects.toMatchObject({
      code: 'LEDGER_KEY_UNTRUSTED',
      details: { reason: 'KEY_NOT_ALLOWED' },
    })
    await expect(prune(w, 10, { keys: keyNamed('stranger') })).rejects.toMatchObject({ code: 'LEDGER_KEY_UNTRUSTED' })
    await expect(prune(w, 10, { keys: await delegatedBy(keyNamed('root'), keyNamed('d')) })).rejects.toMatchObject({
      code: 'LEDGER_RETENTION',
    })
    expect(await seqs(w)).toHaveLength(31)
  })

  test('a store that can not prune says so', async () => {
    const { prune: _, ...store } = memoryStore()
    const w = await world({ store })
    await expect(prune(w, 10)).rejects.toMatchObject({ code: 'STORE_UNSUPPORTED' })
  })

  test('is waited for by close', async () => {
    const memory = memoryStore()
    const done: string[] = []
    const store: ReceiptStore = {
      ...memory,
      async prune(...args) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        done.push('prune')
        return memory.prune!(...args)
      },
      close: async () => {
        done.push('close')
      },
    }
    const w = await world({ store })
    await days(w, 30)
    const pruning = prune(w, 10)
    while ((await memory.head('acme'))?.eventType !== 'retention') await new Promise((resolve) => setImmediate(resolve))
    await w.ledger.close()
    expect(done).toEqual(['prune', 'close'])
    expect((await pruning).removed).toBe(20)
  })

  test('the caller keeps its key provider', async () => {
    const w = await world()
    let closed = false
    const keys: KeyProvider = {
      signer: (o) => retention.signer(o),
      close: async () => {
        closed = true
      },
    }
    await days(w, 30)
    await prune(w, 10, { keys })
    await w.ledger.close()
    expect(closed).toBe(false)
  })

  test('refuses a chain whose receipts do not link', async () => {
    const memory = memoryStore()
    const store: ReceiptStore = {
      ...memory,
      async *read(chainId, range) {
        for await (const receipt of memory.read(chainId, range))
          yield receipt.seq === 5 ? { ...receipt, prevReceiptHash: `sha256:${'0'.repeat(64)}` } : receipt
      },
    }
    const w = await world({ store })
    await days(w, 30)
    await expect(prune(w, 10)).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { seq: 5 } })
  })

  test('while others write is recorded on what they wrote', async () => {
    const w = await world()
    await days(w, 30)
    const [{ receipt }, ...others] = await Promise.all([
      prune(w, 10),
      ...Array.from({ length: 50 }, () => w.ledger.append(draft())),
    ])
    expect(others).toHaveLength(50)
    expect(receipt?.retention).toMatchObject({ count: 20 })
    const chain = await stored(w.store)
    expect(chain[0]?.seq).toBe(20)
    expect(
      (await verifyChain(chain, { keyring: w.keyring, acceptPruned: { minDays: 10 }, now: new Date(w.time.now()) }))
        .verdict,
    ).toBe('VALID')
  })
})

describe('a hold', () => {
  test.each<[string, { fromSeq?: number; toSeq?: number; decisionId?: string }, number | undefined]>([
    ['of the whole chain', {}, undefined],
    ['of a range at the end', { fromSeq: 12 }, 11],
    ['of a range in the middle', { fromSeq: 12, toSeq: 14 }, 11],
    ['of the beginning', { toSeq: 3 }, undefined],
    ['of what comes later', { fromSeq: 1000 }, 19],
    ['of a case', { decisionId: 'case-7' }, 7],
    ['of a case nobody has', { decisionId: 'case-x' }, 19],
    ['of a case and a range', { decisionId: 'case-7', fromSeq: 5, toSeq: 6 }, 4],
  ])('%s', async (_, terms, through) => {
    const w = await world()
    await days(w, 30, (day) => ({ decisionId: `case-${day}` }))
    const held = await w.ledger.hold('acme', { holdId: 'h1', reason: 'litigation', ...terms })
    expect(held).toMatchObject({
      eventType: 'retention',
      retention: { event: 'hold', holdId: 'h1', reason: 'litigation', ...terms },
    })
    expect((await prune(w, 10, { dryRun: true })).through?.seq).toBe(through)
    expect((await prune(w, 10)).through?.seq).toBe(through)
    // released, all goes that is old enough
    await w.ledger.release('acme', { holdId: 'h1', reason: 'settled', ...terms })
    await prune(w, 10)
    expect((await seqs(w))[0]).toBe(20)
  })

  test('itself stays, while it holds', async () => {
    const w = await world()
    await days(w, 5)
    await w.ledger.hold('acme', { holdId: 'h1', reason: 'litigation', fromSeq: 100 })
    await w.ledger.hold('acme', { holdId: 'h2', reason: 'litigation', fromSeq: 100 })
    for (let day = 5; day < 40; day += 1) {
      w.time.day = day
      await w.ledger.append(draft())
    }
    expect((await prune(w, 10)).through?.seq).toBe(5)
    await w.ledger.release('acme', { holdId: 'h1', reason: 'settled' })
    expect((await prune(w, 10)).through?.seq).toBe(6)
    await w.ledger.release('acme', { holdId: 'h2', reason: 'settled' })
    expect((await prune(w, 10)).through?.seq).toBeGreaterThan(20)
  })

  test('that comes between looking and recording counts', async () => {
    const memory = memoryStore()
    const w = await world({ store: memory })
    await days(w, 30, (day) => ({ decisionId: `case-${day}` }))
    // the hold is in the queue before the retention receipt, but after the chain was read
    let held: DecisionReceipt | undefined
    const keys: KeyProvider = { signer: (o) => retention.signer(o) }
    const original = w.ledger.store.prune
    expect(original).toBeDefined()
    const reads = memory.read.bind(memory)
    let count = 0
    Object.assign(memory, {
      async *read(chainId: string, range: object) {
        count += 1
        yield* reads(chainId, range)
        if (count === 1)
          held = await w.ledger.hold('acme', { holdId: 'late', reason: 'litigation', decisionId: 'case-3' })
      },
    })
    const { through } = await prune(w, 10, { keys })
    expect(held?.seq).toBe(31)
    expect(through?.seq).toBe(3)
  })
})

describe('key receipts stay as long as what stays needs them', () => {
  test('the certificate of a delegate that signed what stays', async () => {
    const keyring = await trusted({ keyId: await idOf(keyNamed('root')), uses: ['delegate'] })
    const w = await world({ keyring })
    await days(w, 5)
    const day = (n: number) => new Date(START + n * DAY).toISOString()
    const keys = await delegatedBy(keyNamed('root'), keyNamed('d'), { notBefore: day(0), notAfter: day(25) })
    const delegate = createLedgerWith({ store: w.store, keys, redactor: false, ...shortly, keyring }, w.time)
    for (let n = 5; n < 25; n += 1) {
      w.time.day = n
      await delegate.append(draft())
    }
    // seq 6 carries the certificate; seq 25 is the last that needs it
    w.time.day = 30
    expect((await prune(w, 10, { dryRun: true })).through?.seq).toBe(5)
    w.time.day = 36
    expect(await prune(w, 10)).toMatchObject({ removed: 6, through: { seq: 5 } })
    await w.ledger.append(draft())
    w.time.day = 60
    // now nothing that stays is the delegate's
    expect((await prune(w, 10)).through?.seq).toBe(26)
    expect(
      (
        await verifyChain(await stored(w.store), {
          keyring,
          acceptPruned: { minDays: 10 },
          now: new Date(w.time.now()),
        })
      ).verdict,
    ).toBe('VALID')
  })

  test('a rotation to the key that signs, also where the keyring knows that key', async () => {
    const w = await world()
    await days(w, 5)
    await w.ledger.rotate('acme', { to: keyNamed('b') })
    for (let n = 5; n < 40; n += 1) {
      w.time.day = n
      await w.ledger.append(draft())
    }
    expect((await prune(w, 10)).through?.seq).toBe(5)
    expect(await prune(w, 10)).toEqual({ removed: 0 })
  })

  test('a revocation of a key that signed what stays', async () => {
    const keyring = await trusted({ keyId: await idOf(keyNamed('b')) })
    const w = await world({ keyring })
    await days(w, 5)
    await w.ledger.revoke('acme', {
      keyId: await idOf(keyNamed('b')),
      effectiveAt: '2099-01-01T00:00:00.000Z',
      reason: 'planned',
    })
    const other = createLedgerWith(
      { store: w.store, keys: keyNamed('b'), redactor: false, ...shortly, keyring },
      w.time,
    )
    w.time.day = 20
    await other.append(draft())
    for (let n = 21; n < 60; n += 1) {
      w.time.day = n
      await w.ledger.append(draft())
    }
    // on day 59 the first that stays is of day 49, long after the other key's last
    expect((await prune(w, 10)).through?.seq).toBeGreaterThan(7)
    const again = await world({ keyring })
    await days(again, 5)
    await again.ledger.revoke('acme', {
      keyId: await idOf(keyNamed('b')),
      effectiveAt: '2099-01-01T00:00:00.000Z',
      reason: 'planned',
    })
    const b = createLedgerWith(
      { store: again.store, keys: keyNamed('b'), redactor: false, ...shortly, keyring },
      again.time,
    )
    for (let n = 5; n < 40; n += 1) {
      again.time.day = n
      await b.append(draft())
    }
    expect((await prune(again, 10)).through?.seq).toBe(5)
  })
})

describe('a crash between the record and the removal', () => {
  const full = new QuittanceError('STORE_IO', 'planned', { details: { outcome: 'absent' } })

  test('is finished by the next prune', async () => {
    const memory = memoryStore()
    const w = await world({ store: faultyStore(memory, [{ method: 'prune', call: 1, kind: 'before', error: full }]) })
    await days(w, 30)
    await expect(prune(w, 10)).rejects.toMatchObject({ code: 'STORE_IO' })
    expect(await seqs(w)).toHaveLength(32)
    expect(await prune(w, 10)).toMatchObject({ removed: 20, through: { seq: 19 }, receipt: { seq: 31 } })
    expect((await seqs(w))[0]).toBe(20)
    expect((await stored(memory)).filter(({ eventType }) => eventType === 'retention')).toHaveLength(1)
    expect(
      (
        await verifyChain(await stored(memory), {
          keyring: w.keyring,
          acceptPruned: { minDays: 10 },
          now: new Date(w.time.now()),
        })
      ).verdict,
    ).toBe('VALID')
  })

  test('is not finished where a hold came since', async () => {
    for (const terms of [{ fromSeq: 3, toSeq: 4 }, { decisionId: 'case-3' }]) {
      const w = await world({
        store: faultyStore(memoryStore(), [{ method: 'prune', call: 1, kind: 'before', error: full }]),
      })
      await days(w, 30, (day) => ({ decisionId: `case-${day}` }))
      await expect(prune(w, 10)).rejects.toMatchObject({ code: 'STORE_IO' })
      await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation', ...terms })
      const { removed } = await prune(w, 10)
      const kept = await seqs(w)
      expect(kept[0]).toBe(removed)
      expect(kept[0]).toBeLessThanOrEqual(4)
    }
  })

  test('is not finished on the word of somebody else', async () => {
    const memory = memoryStore()
    const w = await world({ store: memory })
    await days(w, 30)
    const forged = await stored(memory)
    const last = forged.at(-1)!
    const fake: DecisionReceipt = {
      ...last,
      seq: last.seq + 1,
      receiptHash: `sha256:${'1'.repeat(64)}`,
      prevReceiptHash: last.receiptHash as never,
      receiptId: realEnvironment.uuid(),
      eventType: 'retention',
      action: undefined,
      checks: undefined,
      retention: {
        event: 'prune',
        through: { seq: 25, receiptHash: forged[25]!.receiptHash as never },
        count: 26,
        merkleRoot: `sha256:${'0'.repeat(64)}`,
        policy: 'age',
        reason: 'age',
      },
    }
    const store: ReceiptStore = {
      ...memory,
      async *read(chainId, range) {
        yield* memory.read(chainId, range)
        if ((range?.fromSeq ?? 0) <= fake.seq && (range?.toSeq ?? 99) >= fake.seq) yield fake
      },
    }
    const ledger = createLedgerWith(
      { store, keys: keyNamed('a'), redactor: false, ...shortly, keyring: w.keyring },
      w.time,
    )
    await expect(ledger.prune('acme', { olderThanDays: 25, reason: 'age', keys: retention })).rejects.toMatchObject({
      code: 'LEDGER_RETENTION',
    })
    expect((await seqs(w))[0]).toBe(0)
  })
})

describe('eraseDetails', () => {
  test('records the removal, then removes the free text; everything else still holds', async () => {
    const w = await world()
    const one = await w.ledger.append(draft({ details: { rationale: 'private' } }))
    expect(await w.ledger.eraseDetails('acme', one.receiptId, { reason: 'art_17' })).toBe(true)
    const chain = await stored(w.store)
    const { details: _, ...rest } = one
    expect(chain[1]).toEqual(rest)
    expect(chain[2]).toMatchObject({
      eventType: 'retention',
      retention: {
        event: 'erase',
        receipts: [{ seq: 1, receiptId: one.receiptId, detailsHash: one.detailsHash }],
        reason: 'art_17',
      },
    })
    expect(await verifyChain(chain, { keyring: w.keyring, now: new Date(w.time.now()) })).toMatchObject({
      verdict: 'VALID',
      counts: { DETAILS_ERASED: 1 },
    })
    expect(await w.ledger.eraseDetails('acme', one.receiptId, { reason: 'art_17' })).toBe(false)
    expect(await stored(w.store)).toHaveLength(3)
  })

  test('of what has none, or is not there, is false and writes nothing', async () => {
    const w = await world()
    const { receiptId } = await w.ledger.append(draft())
    expect(await w.ledger.eraseDetails('acme', receiptId, { reason: 'r' })).toBe(false)
    expect(await w.ledger.eraseDetails('acme', realEnvironment.uuid(), { reason: 'r' })).toBe(false)
    expect(await stored(w.store)).toHaveLength(2)
  })

  test('keeps the text where the removal could not be recorded', async () => {
    const memory = memoryStore()
    const w = await world({ store: memory })
    const { receiptId } = await w.ledger.append(draft({ details: { rationale: 'private' } }))
    await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'because of the law' })).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
    })
    expect((await memory.get('acme', receiptId))?.details).toBeDefined()
    const { eraseDetails: __, ...store } = memoryStore()
    await expect(
      (await world({ store })).ledger.eraseDetails('acme', receiptId, { reason: 'r' }),
    ).rejects.toMatchObject({ code: 'STORE_UNSUPPORTED' })
  })
})
