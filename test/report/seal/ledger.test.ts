/** `ledger.report`: the receipt that says that a report was made. */
import { describe, expect, test } from 'vitest'
import { Keyring } from '../../../src/keys/keyring.js'
import { createLedger } from '../../../src/ledger/ledger.js'
import type { ReportMade } from '../../../src/ledger/types.js'
import { memoryStore } from '../../../src/store/memory.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import { faultyStore } from '../../../src/testing/index.js'
import { verifyChain } from '../../../src/verify/chain.js'
import { delegatedBy, draft, keyNamed, stored } from '../../ledger/support.js'

const hash = `sha256:${'0a'.repeat(32)}`
const made: ReportMade = { hash, fromSeq: 0, toSeq: 2 }
const over = (store: ReceiptStore = memoryStore(), more: object = {}) =>
  createLedger({ store, keys: keyNamed('a'), redactor: false, ...more })
const reportsIn = async (store: ReceiptStore) =>
  (await stored(store)).filter(({ system }) => system?.event === 'report')

async function withTwo(store?: ReceiptStore, more?: object) {
  const ledger = over(store, more)
  await ledger.append(draft())
  await ledger.append(draft())
  return ledger
}

describe('ledger.report', () => {
  test('appends what the schema has, as the ledger', async () => {
    const ledger = await withTwo()
    const receipt = await ledger.report('acme', made)
    expect(receipt).toMatchObject({
      eventType: 'system',
      seq: 3,
      tenantId: 'acme',
      system: { event: 'report', hash, fromSeq: 0, toSeq: 2 },
    })
    const { verdict } = await verifyChain(await stored(ledger.store), { keyring: await ledger.keyring() })
    expect(verdict).toBe('VALID')
  })

  test('the same again is the receipt that is there, in another ledger too; another range or digest is another', async () => {
    const store = memoryStore()
    const ledger = await withTwo(store)
    const first = await ledger.report('acme', made)
    await ledger.append(draft())
    expect(await ledger.report('acme', made)).toEqual(first)
    expect(await over(store).report('acme', made)).toEqual(first)
    await Promise.all([ledger.report('acme', made), ledger.report('acme', made)])
    expect(await reportsIn(store)).toEqual([first])
    await ledger.report('acme', { ...made, toSeq: 1 })
    await ledger.report('acme', { ...made, hash: `sha256:${'0b'.repeat(32)}` })
    expect(await reportsIn(store)).toHaveLength(3)
  })

  test('two at once are one', async () => {
    const ledger = await withTwo()
    const [one, other] = await Promise.all([ledger.report('acme', made), ledger.report('acme', made)])
    expect(one).toEqual(other)
    expect(await reportsIn(ledger.store)).toHaveLength(1)
  })

  test('a receipt that says the same, but was sealed by nobody trusted, does not count', async () => {
    const store = memoryStore()
    const ledger = await withTwo(store)
    const [, , head] = await stored(store)
    const forger = createLedger({
      store,
      keys: keyNamed('forger'),
      redactor: false,
      keyring: (await ledger.keyring()).with({ keyId: (await keyNamed('forger').signer()).keyId }),
    })
    const forged = await forger.report('acme', made)
    expect(forged.seq).toBe((head?.seq ?? 0) + 1)
    // the forger's receipt is the head, so the ledger refuses to go on at all until its keyring is told
    await expect(over(store).report('acme', made)).rejects.toMatchObject({ code: 'STORE_BAD_HEAD' })
    const honest = over(store, { keyring: await ledger.keyring() })
    await expect(honest.report('acme', made)).rejects.toMatchObject({ code: 'STORE_BAD_HEAD' })
  })

  test('a delegate’s receipt is found by what the chain says of its key', async () => {
    const store = memoryStore()
    const keyring = new Keyring([{ keyId: (await keyNamed('root').signer()).keyId, uses: ['delegate', 'receipt'] }])
    const keys = await delegatedBy(keyNamed('root'), keyNamed('session'))
    const ledger = await withTwo(store, { keys, keyring })
    const first = await ledger.report('acme', made)
    expect(first.key).toBeUndefined()
    const next = over(store, { keys: await delegatedBy(keyNamed('root'), keyNamed('session-2')), keyring })
    expect(await next.report('acme', made)).toEqual(first)
  })

  test('a key of the use "report" may sign it, and nothing else', async () => {
    const store = memoryStore()
    const auditor = keyNamed('auditor')
    const keyId = (await auditor.signer()).keyId
    const own = (await keyNamed('a').signer()).keyId
    const keyring = new Keyring([own, { keyId, uses: ['report'] }])
    const ledger = await withTwo(store, { keyring })
    const receipt = await ledger.report('acme', made, { keys: auditor })
    expect(receipt.keyId).toBe(keyId)
    expect((await ledger.append(draft())).keyId).toBe(own)
    expect((await verifyChain(await stored(store), { keyring })).verdict).toBe('VALID')
    await expect(over(store, { keys: auditor, keyring }).append(draft())).rejects.toMatchObject({
      code: 'LEDGER_KEY_UNTRUSTED',
    })
    const narrow = new Keyring([own, { keyId, uses: ['retention'] }])
    const result = await verifyChain(await stored(store), { keyring: narrow })
    expect(result.counts).toEqual({ KEY_NOT_ALLOWED: 1 })
  })

  test('is not doubled when an answer is lost, nor lost when it is said to have failed', async () => {
    for (const kind of ['before', 'after'] as const) {
      const memory = memoryStore()
      const ledger = await withTwo(faultyStore(memory, [{ method: 'append', call: 3, kind }]))
      const receipt = await ledger.report('acme', made)
      expect(await reportsIn(memory)).toEqual([receipt])
    }
  })

  test('resolves only when it is durable, and says when it is not', async () => {
    const memory = memoryStore()
    const ledger = await withTwo(faultyStore(memory, [{ method: 'append', call: 3, kind: 'hang' }]))
    await expect(ledger.report('acme', made, { timeoutMs: 30 })).rejects.toMatchObject({ code: 'LEDGER_TIMEOUT' })
    expect(await reportsIn(memory)).toEqual([])
    await expect(over().report('acme', made, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'LEDGER_ABORTED',
    })
  })

  test.each([
    [{ ...made, hash: '0a' }, 'hash'],
    [{ ...made, fromSeq: -1 }, 'fromSeq'],
    [{ ...made, fromSeq: 0.5 }, 'fromSeq'],
    [{ ...made, toSeq: 2 ** 53 }, 'toSeq'],
    [{ ...made, fromSeq: 2, toSeq: 1 }, 'fromSeq'],
    [{ ...made, toSeq: 3 }, 'toSeq'],
    [{ ...made, verdict: 'VALID' }, 'verdict'],
    [undefined, 'report'],
  ])('refuses %j and writes nothing', async (given, name) => {
    const ledger = await withTwo()
    let thrown: unknown
    await ledger.report('acme', given as ReportMade).catch((error: unknown) => {
      thrown = error
    })
    expect(thrown instanceof RangeError || thrown instanceof TypeError).toBe(true)
    expect((thrown as Error).message).toContain(name)
    expect(await reportsIn(ledger.store)).toEqual([])
  })

  test('needs a chain that has receipts, and nobody else may write such a receipt', async () => {
    await expect(over().report('acme', made)).rejects.toThrow('toSeq')
    await expect(over().report('../x', made)).rejects.toThrow(RangeError)
    const ledger = over()
    const forged = { ...draft(), eventType: 'system', system: { event: 'report', ...made } }
    await expect(ledger.append(forged as never)).rejects.toMatchObject({ code: 'RECEIPT_INVALID' })
    expect(await stored(ledger.store)).toEqual([])
  })
})
