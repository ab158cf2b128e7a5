import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerEvents } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { delegatedBy, draft, keyNamed, stored } from './support.js'

const make = (store: ReceiptStore): Ledger => createLedger({ store, keys: keyNamed('a'), redactor: false })

/** A store that can be put back to an earlier state of its receipts, as a failover or a restored backup does. */
interface Fallible extends ReceiptStore {
  /** From now on only the first receipts are there; what is remembered beside the chain stays or goes too. */
  loseAllBut(chainId: string, count: number, stateToo?: boolean): Promise<void>
  readonly appends: readonly (readonly DecisionReceipt[])[]
}

function fallible(durable = false): Fallible {
  let current = memoryStore()
  let states = current.state
  const appends: DecisionReceipt[][] = []
  const lose = async (chainId: string, count: number, stateToo: boolean): Promise<void> => {
    const kept = (await stored(current, chainId)).slice(0, count)
    current = memoryStore()
    if (stateToo) states = current.state
    if (kept.length > 0) await current.append(chainId, kept, undefined)
  }
  return {
    durable,
    appends,
    head: (...args) => current.head(...args),
    append: async (chainId, receipts, expected, options) => {
      await current.append(chainId, receipts, expected, options)
      appends.push([...receipts])
    },
    get: (...args) => current.get(...args),
    read: (...args) => current.read(...args),
    chains: (...args) => current.chains(...args),
    bounds: (...args) => current.bounds(...args),
    prune: (...args) => current.prune!(...args),
    eraseDetails: (...args) => current.eraseDetails!(...args),
    state: { get: (...args) => states.get(...args), put: (...args) => states.put(...args) },
    close: async () => undefined,
    loseAllBut: (chainId, count, stateToo = false) => lose(chainId, count, stateToo),
  }
}

const told = (ledger: Ledger): LedgerEvents['rolled_back'][] => {
  const events: LedgerEvents['rolled_back'][] = []
  ledger.on('rolled_back', (event) => events.push(event))
  return events
}
const ref = ({ seq, receiptHash }: DecisionReceipt) => ({ seq, receiptHash })
const lostRef = ({ seq, receiptId, receiptHash }: DecisionReceipt) => ({ seq, receiptId, receiptHash })

async function expectValid(store: ReceiptStore, ledger: Ledger): Promise<DecisionReceipt[]> {
  const chain = await stored(store)
  expect(await verifyChain(chain, { keyring: await ledger.keyring() })).toMatchObject({
    verdict: 'VALID',
    problems: [],
  })
  return chain
}

/** The ledger only looks when it reads the head, so another writer, or a fault, makes it look. */
async function makeItLook(ledger: Ledger, store: Fallible): Promise<DecisionReceipt> {
  return ledger.append(draft({ details: { rationale: 'next' } })).catch((error: { code: string }) => {
    throw Object.assign(new Error(`append failed with ${error.code}`), { error, store })
  })
}

describe('a store that went back, while the ledger lives', () => {
  test.each([0, 1, 2, 4])('to its first %i receipts gets the lost ones back, byte for byte', async (count) => {
    const store = fallible()
    const ledger = make(store)
    const events = told(ledger)
    for (let index = 0; index < 5; index += 1) await ledger.append(draft({ details: { rationale: `n ${index}` } }))
    const before = await stored(store)
    await store.loseAllBut('acme', count)
    const next = await makeItLook(ledger, store)
    const after = await expectValid(store, ledger)
    expect(after.slice(0, 6)).toEqual(before)
    expect(next.seq).toBe(6)
    expect(events).toEqual([
      {
        chainId: 'acme',
        acknowledged: ref(before.at(-1)!),
        ...(count === 0 ? {} : { found: ref(before[count - 1]!) }),
        outcome: 'restored',
        lost: before.slice(count).map(lostRef),
      },
    ])
  })

  test('gets 256 receipts back and more than one call takes', async () => {
    const store = fallible()
    const ledger = make(store)
    await Promise.all(Array.from({ length: 300 }, () => ledger.append(draft())))
    const before = await stored(store)
    await store.loseAllBut('acme', 301 - 256)
    await makeItLook(ledger, store)
    expect((await expectValid(store, ledger)).slice(0, 301)).toEqual(before)
  })

  test('on which another writer went on keeps that line, and a rollback receipt names what was lost', async () => {
    const store = fallible()
    const ledger = make(store)
    const events = told(ledger)
    for (let index = 0; index < 4; index += 1) await ledger.append(draft())
    const before = await stored(store)
    await store.loseAllBut('acme', 3)
    const theirs = await make(store).append(draft())
    const mine = await makeItLook(ledger, store)
    const chain = await expectValid(store, ledger)
    expect(chain.map(({ receiptId }) => receiptId).slice(0, 4)).toEqual(
      [...before.slice(0, 3), theirs].map(({ receiptId }) => receiptId),
    )
    const lost = before.slice(3).map(lostRef)
    expect(chain[4]).toMatchObject({ eventType: 'system', tenantId: 'acme', system: { event: 'rollback', lost } })
    expect(chain[5]).toEqual(mine)
    expect(events).toEqual([
      { chainId: 'acme', acknowledged: ref(before.at(-1)!), found: ref(theirs), outcome: 'recorded', lost },
    ])
    // and that is the end of it
    await ledger.append(draft())
    expect(events).toHaveLength(1)
    expect(chain.filter(({ system }) => system?.event === 'rollback')).toHaveLength(1)
  })

  test('the lost receipts are never sealed again under their ids', async () => {
    const store = fallible()
    const ledger = make(store)
    await ledger.append(draft())
    const lost = draft()
    await ledger.append(lost)
    await store.loseAllBut('acme', 2)
    await make(store).append(draft())
    await makeItLook(ledger, store)
    expect((await stored(store)).filter(({ receiptId }) => receiptId === lost.receiptId)).toEqual([])
  })

  test('behind more than is remembered is refused until somebody accepts it', async () => {
    const store = fallible()
    const ledger = make(store)
    await Promise.all(Array.from({ length: 600 }, () => ledger.append(draft())))
    const before = await stored(store)
    await store.loseAllBut('acme', 10)
    const one = draft()
    for (const attempt of [ledger.append(one), ledger.heartbeat('acme')]) {
      await expect(attempt).rejects.toMatchObject({
        code: 'STORE_ROLLED_BACK',
        details: { chainId: 'acme', outcome: 'absent', expected: ref(before.at(-1)!), actual: ref(before[9]!) },
      })
    }
    const events = told(ledger)
    const accepted = await ledger.acceptRollback('acme')
    expect(accepted).toMatchObject({ seq: 10, system: { event: 'rollback' } })
    const { lost } = accepted.system as { lost: readonly object[] }
    expect(lost).toHaveLength(256)
    expect(lost.at(-1)).toEqual(lostRef(before.at(-1)!))
    expect(events).toMatchObject([{ outcome: 'recorded' }])
    expect((await ledger.append(one)).seq).toBe(11)
    await expectValid(store, ledger)
  })

  test('emptied of more than is remembered is accepted for a tenant that is named', async () => {
    const store = fallible()
    const ledger = make(store)
    await Promise.all(Array.from({ length: 600 }, () => ledger.append(draft())))
    await store.loseAllBut('acme', 0)
    await expect(ledger.acceptRollback('acme')).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
      details: { path: 'tenantId' },
    })
    expect((await ledger.acceptRollback('acme', { tenantId: 'acme' })).seq).toBe(1)
    await expectValid(store, ledger)
  })

  test('a delegate whose certificate was lost carries it again', async () => {
    const store = fallible()
    const root = keyNamed('root')
    const keyring = new Keyring([
      ...(await keyNamed('a').publicKeys!()),
      { keyId: (await root.signer()).keyId, uses: ['delegate'] },
    ])
    const owner = createLedger({ store, keys: keyNamed('a'), redactor: false, keyring })
    await owner.append(draft())
    const ledger = createLedger({ store, keys: await delegatedBy(root, keyNamed('d')), redactor: false, keyring })
    expect((await ledger.append(draft())).key?.event).toBe('delegate')
    await ledger.append(draft())
    await store.loseAllBut('acme', 2)
    // another line, so that nothing is restored
    const other = createLedger({ store, keys: keyNamed('a'), redactor: false, keyring })
    await other.append(draft())
    await makeItLook(ledger, store)
    const chain = await expectValid(store, ledger)
    expect(chain.map(({ key, system }) => key?.event ?? system?.event)).toEqual([
      'chain_start',
      undefined,
      undefined,
      'delegate',
      undefined,
    ])
    expect(chain[3]?.system?.event).toBe('rollback')
  })

  test('erased free text does not come back', async () => {
    const store = fallible()
    const ledger = make(store)
    const one = draft({ details: { rationale: 'private' } })
    await ledger.append(one)
    await ledger.eraseDetails('acme', one.receiptId, { reason: 'request' })
    await store.loseAllBut('acme', 1)
    await makeItLook(ledger, store)
    const chain = await expectValid(store, ledger)
    expect(chain[1]).toMatchObject({ receiptId: one.receiptId })
    expect(chain[1]?.details).toBeUndefined()
  })

  test('nothing lost is nothing to accept', async () => {
    const ledger = make(fallible())
    await ledger.append(draft())
    await expect(ledger.acceptRollback('acme')).rejects.toThrow(RangeError)
  })
})

describe('across a restart', () => {
  test.each([
    ['behind', 2],
    ['before its beginning', 0],
  ] as const)('a store that went back %s is refused until somebody accepts it', async (_, count) => {
    const store = fallible(true)
    const first = make(store)
    await first.append(draft())
    await first.append(draft())
    await first.close()
    const before = await stored(store)
    await store.loseAllBut('acme', count)
    const second = make(store)
    const actual = count === 0 ? undefined : ref(before[count - 1]!)
    await expect(second.append(draft())).rejects.toMatchObject({
      code: 'STORE_ROLLED_BACK',
      details: { expected: ref(before[2]!), ...(actual ? { actual } : {}), outcome: 'absent' },
    })
    const accepted = await second.acceptRollback('acme', { tenantId: 'acme' })
    expect(accepted.system).toEqual({ event: 'rollback', lost: [lostRef(before[2]!)] })
    await second.append(draft())
    await second.close()
    // the acceptance is remembered, though the chain is shorter than it was
    const third = make(store)
    await third.append(draft())
    await third.close()
    await expectValid(store, third)
  })

  test('another line at the remembered place is refused', async () => {
    const store = fallible(true)
    const first = make(store)
    for (let index = 0; index < 3; index += 1) await first.append(draft())
    await first.close()
    const before = await stored(store)
    await store.loseAllBut('acme', 2)
    const rival = make({ ...store, durable: false })
    for (let index = 0; index < 4; index += 1) await rival.append(draft())
    const head = (await store.head('acme'))!
    await expect(make(store).append(draft())).rejects.toMatchObject({
      code: 'STORE_ROLLED_BACK',
      details: { expected: ref(before[3]!), actual: ref(head) },
    })
  })

  test('a pruned place is no rollback', async () => {
    const store = fallible(true)
    const first = make(store)
    for (let index = 0; index < 3; index += 1) await first.append(draft())
    await first.close()
    const chain = await stored(store)
    const rival = make({ ...store, durable: false })
    await rival.append(draft())
    await rival.append(draft())
    await store.prune!('acme', 4, ref(chain[3]!))
    expect((await make(store).append(draft())).seq).toBe(6)
  })

  test('a store that lost its memory as well shows nothing', async () => {
    const store = fallible(true)
    const first = make(store)
    await first.append(draft())
    await first.close()
    await store.loseAllBut('acme', 1, true)
    expect((await make(store).append(draft())).seq).toBe(1)
  })

  test('a memory that can not be read is a warning and taken for none', async () => {
    const store = fallible(true)
    await store.state.put('acme', 'acknowledged', new TextEncoder().encode('{"seq":'), 0)
    const ledger = make(store)
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push(error))
    await ledger.append(draft())
    await ledger.close()
    expect(warnings).toMatchObject([{ code: 'STORE_CORRUPT' }])
    expect(JSON.parse(new TextDecoder().decode((await store.state.get('acme', 'acknowledged'))?.bytes))).toMatchObject({
      seq: 1,
      rollbacks: 0,
    })
  })
})

describe('what is remembered', () => {
  const read = async (store: ReceiptStore) =>
    JSON.parse(new TextDecoder().decode((await store.state.get('acme', 'acknowledged'))?.bytes)) as { seq: number }

  test('is the newest of all ledgers, whoever writes last', async () => {
    const store = fallible(true)
    const ledgers = [make(store), make(store), make(store)]
    for (let round = 0; round < 5; round += 1) await Promise.all(ledgers.map((ledger) => ledger.append(draft())))
    for (const ledger of ledgers) await ledger.close()
    expect((await read(store)).seq).toBe(15)
  })

  test('is written in the background, not at each append, and at the end', async () => {
    const store = fallible(true)
    let puts = 0
    const counted: ReceiptStore = {
      ...store,
      state: {
        get: (...args) => store.state.get(...args),
        put: (...args) => {
          puts += 1
          return store.state.put(...args)
        },
      },
    }
    const ledger = make(counted)
    for (let index = 0; index < 50; index += 1) await ledger.append(draft())
    expect(puts).toBeLessThan(40)
    await ledger.close()
    expect((await read(store)).seq).toBe(50)
  })

  test('is written soon after it changed, without close', async () => {
    const store = fallible(true)
    const ledger = make(store)
    for (let index = 0; index < 3; index += 1) await ledger.append(draft())
    while ((await read(store)).seq < 3) await new Promise((resolve) => setTimeout(resolve, 10))
    await ledger.append(draft())
    while ((await read(store)).seq < 4) await new Promise((resolve) => setTimeout(resolve, 10))
    await ledger.close()
  })

  test('that can not be written is a warning, and tried again', async () => {
    const store = fallible(true)
    let fails = 1
    const failing: ReceiptStore = {
      ...store,
      state: {
        get: (...args) => store.state.get(...args),
        put: async (...args) => {
          if (fails-- > 0) throw new Error('full')
          return store.state.put(...args)
        },
      },
    }
    const ledger = make(failing)
    const warnings: unknown[] = []
    ledger.on('warning', (event) => warnings.push(event))
    await ledger.append(draft())
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toEqual([{ chainId: 'acme', error: new Error('full') }])
    await ledger.close()
    expect((await read(store)).seq).toBe(1)
  })

  test('is not written beside a store that dies with the process', async () => {
    const store = fallible()
    const ledger = make(store)
    await ledger.append(draft())
    await ledger.close()
    expect(await store.state.get('acme', 'acknowledged')).toBeUndefined()
  })
})

describe('the file store', () => {
  const dirs: string[] = []
  const tempDir = async (): Promise<string> => {
    const dir = await mkdtemp(join(tmpdir(), 'quittance-rollback-'))
    dirs.push(dir)
    return dir
  }
  afterEach(async () => {
    for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true })
  })

  test('restored from a backup of its chain is found out', async () => {
    const dir = await tempDir()
    const backup = await tempDir()
    const first = make(fileStore(dir))
    await first.append(draft())
    await first.close()
    await cp(dir, backup, { recursive: true })
    const second = make(fileStore(dir))
    const last = await second.append(draft())
    await second.close()

    // the receipts come from the backup, what is remembered stays: a store that keeps both together can't tell
    const remembered = fileStore(dir)
    const state = await remembered.state.get('acme', 'acknowledged')
    await remembered.close()
    const restored = fileStore(backup)
    const version = (await restored.state.get('acme', 'acknowledged'))?.version ?? 0
    await restored.state.put('acme', 'acknowledged', state!.bytes, version)
    await restored.close()

    const third = make(fileStore(backup))
    await expect(third.append(draft())).rejects.toMatchObject({
      code: 'STORE_ROLLED_BACK',
      details: { expected: ref(last), actual: { seq: 1 } },
    })
    await third.acceptRollback('acme')
    await third.append(draft())
    const chain = await expectValid(third.store, third)
    expect(chain.map(({ eventType }) => eventType)).toEqual(['system', 'decision', 'system', 'decision'])
    await third.close()
  })
})
