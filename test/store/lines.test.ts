/** exportLines and importLines: chains out of stores and into them, as JSON Lines. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QuittanceError } from '../../src/errors.js'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { exportLines, importLines } from '../../src/store/copy.js'
import { memoryStore } from '../../src/store/memory.js'
import { refOf } from '../../src/store/plan.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { draft, keyNamed } from '../ledger/support.js'

const keyring = new Keyring([testReceiptKeyId()])
const acme = testReceipts({ chainId: 'acme', count: 30 })
const textOf = (receipts: readonly DecisionReceipt[]) => receipts.map((one) => `${lineOf(one)}\n`).join('')

async function filled(receipts: readonly DecisionReceipt[]): Promise<ReceiptStore> {
  const store = memoryStore()
  if (receipts.length > 0) await store.append('acme', receipts, undefined)
  return store
}

async function exported(store: ReceiptStore, options: Partial<Parameters<typeof exportLines>[3]> = {}) {
  const lines: string[] = []
  const result = await exportLines(store, 'acme', (line) => void lines.push(`${line}\n`), { keyring, ...options })
  return { text: lines.join(''), result }
}

/** Bytes in pieces of any size: a line may end anywhere. */
function* pieces(text: string, size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const failureOf = async (work: Promise<unknown>): Promise<QuittanceError> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: QuittanceError) => error,
  )

test('whatever the store had, in any batches and pieces, the same lines come out that went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        count: fc.integer({ min: 1, max: 30 }),
        held: fc.integer({ min: 0, max: 30 }),
        begin: fc.integer({ min: 0, max: 29 }),
        batch: fc.integer({ min: 1, max: 40 }),
        size: fc.integer({ min: 1, max: 5_000 }),
        judged: fc.boolean(),
      }),
      async ({ count, held, begin, batch, size, judged }) => {
        const from = Math.min(begin, count - 1, held)
        const to = await filled(acme.slice(0, held))
        const lines = acme.slice(from, count)
        const options = { keyring: judged ? keyring : (false as const), batch }
        const { appended, already } = await importLines(pieces(textOf(lines), size), to, options)
        expect(appended).toBe(Math.max(0, count - held))
        expect(appended + already).toBe(lines.length)
        expect((await exported(to)).text).toBe(textOf(acme.slice(0, Math.max(count, held))))
      },
    ),
    { numRuns: 60 },
  )
})

test('an append that fails, done or not, is gone on from by the same import', async () => {
  for (const kind of ['before', 'after', 'partial'] as const) {
    const inner = memoryStore()
    const second = { method: 'append', call: 2 } as const
    const to = faultyStore(inner, [kind === 'partial' ? { ...second, kind, count: 3 } : { ...second, kind }])
    await expect(importLines([Buffer.from(textOf(acme))], to, { keyring, batch: 7 })).rejects.toThrow()
    const { appended, already } = await importLines([Buffer.from(textOf(acme))], inner, { keyring, batch: 7 })
    expect([appended, already]).toEqual({ before: [23, 7], after: [16, 14], partial: [20, 10] }[kind])
    expect((await exported(inner)).text).toBe(textOf(acme))
  }
})

test('an export waits for each line to be taken, and goes on behind an earlier one', async () => {
  const store = await filled(acme)
  let busy = 0
  const slow = async () => {
    busy += 1
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(busy).toBe(1)
    busy -= 1
  }
  expect(await exportLines(store, 'acme', slow, { keyring, toSeq: 5 })).toMatchObject({ exported: 6 })
  const after = refOf(acme[9] as DecisionReceipt)
  expect(await exported(store, { after })).toMatchObject({
    text: textOf(acme.slice(10)),
    result: { exported: 20, first: 10, verification: { verdict: 'VALID', checked: 30 } },
  })
  const wrong = { seq: 9, receiptHash: (acme[8] as DecisionReceipt).receiptHash }
  expect(await failureOf(exported(store, { after: wrong }))).toMatchObject({
    code: 'STORE_CONFLICT',
    details: { expected: wrong, actual: after },
  })
  const beyond = { ...after, seq: 40 }
  expect(await failureOf(exported(store, { after: beyond, keyring: false }))).toMatchObject({
    code: 'STORE_CONFLICT',
    details: { expected: beyond, actual: refOf(acme[29] as DecisionReceipt) },
  })
})

test('nothing of a line that does not hold is given away', async () => {
  const bad = acme.map((one) => (one.seq === 12 ? { ...one, action: 'reject' as const } : one))
  const store = await filled(bad)
  const lines: string[] = []
  const failure = failureOf(exportLines(store, 'acme', (line) => void lines.push(`${line}\n`), { keyring }))
  expect(await failure).toMatchObject({ code: 'COPY_INVALID', details: { seq: 12, reason: 'HASH_MISMATCH' } })
  expect(lines.join('')).toBe(textOf(acme.slice(0, 12)))
  // also where only what follows was asked for
  expect(await failureOf(exported(store, { fromSeq: 20 }))).toMatchObject({ code: 'COPY_INVALID' })
  expect((await exported(store, { fromSeq: 20, keyring: false })).text).toBe(textOf(acme.slice(20)))
})

test('a rotation before the lines decides about them', async () => {
  const store = memoryStore()
  const old = (await keyNamed('old').signer()).keyId
  const trusted = new Keyring([{ keyId: old, uses: ['receipt', 'rotate'] }])
  const ledger = createLedger({ store, keys: keyNamed('old'), redactor: false, keyring: trusted })
  await ledger.append(draft())
  await ledger.rotate('acme', { to: keyNamed('new') })
  const next = createLedger({ store, keys: keyNamed('new'), redactor: false, keyring: trusted })
  for (let count = 0; count < 3; count += 1) await next.append(draft())
  const { text, result } = await exported(store, { keyring: trusted, fromSeq: 3 })
  expect(result.verification?.verdict).toBe('VALID')
  const before = await exported(store, { keyring: trusted, toSeq: 2 })
  const to = memoryStore()
  await importLines([Buffer.from(before.text)], to, { keyring: trusted })
  const { verification } = await importLines([Buffer.from(text)], to, { keyring: trusted })
  expect(verification).toMatchObject({ verdict: 'VALID', checked: 6 })
  await ledger.close()
  await next.close()
})

test('only the end shows that a key was revoked for the time before: what waits is not appended', async () => {
  const from = memoryStore()
  const [a, b] = [(await keyNamed('a').signer()).keyId, (await keyNamed('b').signer()).keyId]
  const trusted = new Keyring([{ keyId: a }, { keyId: b, uses: ['receipt', 'revoke'] }])
  const stolen = createLedger({ store: from, keys: keyNamed('a'), redactor: false, keyring: trusted })
  await stolen.append(draft())
  const revoking = createLedger({ store: from, keys: keyNamed('b'), redactor: false, keyring: trusted })
  const effectiveAt = new Date(Date.now() - 60_000).toISOString()
  await revoking.revoke('acme', { keyId: a, effectiveAt, reason: 'compromise' })
  const { text } = await exported(from, { keyring: false })
  expect(await failureOf(exported(from, { keyring: trusted }))).toMatchObject({
    code: 'COPY_INVALID',
    details: { reason: 'KEY_REVOKED' },
  })
  const to = memoryStore()
  expect(await failureOf(importLines([Buffer.from(text)], to, { keyring: trusted }))).toMatchObject({
    code: 'COPY_INVALID',
    details: { reason: 'KEY_REVOKED' },
  })
  expect(await to.head('acme')).toBeUndefined()
  await stolen.close()
  await revoking.close()
})

test('a signal ends both, with its reason', async () => {
  const store = await filled(acme)
  const stop = new AbortController()
  const reason = new Error('enough')
  const write = (line: string) => {
    if (line === lineOf(acme[4] as DecisionReceipt)) stop.abort(reason)
  }
  await expect(exportLines(store, 'acme', write, { keyring, signal: stop.signal })).rejects.toBe(reason)
  const to = memoryStore()
  await expect(importLines([Buffer.from(textOf(acme))], to, { keyring, signal: stop.signal })).rejects.toBe(reason)
})

describe('arguments that can not be right', () => {
  const store = memoryStore()
  const write = () => {}
  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['no store', () => exportLines({} as never, 'acme', write, { keyring }), /^from must be/],
    ['no chain', () => exportLines(store, '../x', write, { keyring }), /^chainId must be/],
    ['no write', () => exportLines(store, 'acme', undefined as never, { keyring }), /^write must be/],
    ['no keyring', () => exportLines(store, 'acme', write, {} as never), /^options.keyring must be/],
    ['an unknown option', () => exportLines(store, 'acme', write, { keyring, form: 1 } as never), /form/],
    ['a range backwards', () => exportLines(store, 'acme', write, { keyring, fromSeq: 2, toSeq: 1 }), /^options.toSeq/],
    ['a seq that is none', () => exportLines(store, 'acme', write, { keyring, fromSeq: -1 }), /^fromSeq/],
    ['a time that is none', () => exportLines(store, 'acme', write, { keyring, from: '2026' }), /^options.from must/],
    ['no receipt', () => exportLines(store, 'acme', write, { keyring, after: {} as never }), /^options.after/],
    ['a text', () => importLines('{}' as never, store, { keyring }), /^source must be/],
    ['texts', () => importLines(['{}'] as never, store, { keyring }), /^source must yield bytes/],
    ['one chunk', () => importLines(Buffer.from('{}') as never, store, { keyring }), /^source must be/],
    ['no target', () => importLines([], {} as never, { keyring }), /^to must be/],
    ['nobody to trust', () => importLines([], store, {} as never), /^options.keyring must be/],
    ['no chain to import', () => importLines([], store, { keyring, chainId: '..' }), /^chainId must be/],
    ['a batch too large', () => importLines([], store, { keyring, batch: 1_001 }), /^options.batch/],
  ])('%s', async (_, work, message) => {
    const error = await failureOf(work())
    expect(error).toSatisfy((one) => one instanceof TypeError || one instanceof RangeError)
    expect(error.message).toMatch(message)
  })
})
