import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type Fault, faultyStore } from '../../src/testing/faulty-store.js'
import { type Absence, audit, comings, directory, outboxed, remove, until } from './outbox-support.js'
import { draft } from './support.js'

let dir: string
beforeEach(async () => {
  dir = await directory()
})
afterEach(() => remove(dir))

/** Nobody waits for it to pass. */
const dead = new QuittanceError('STORE_IO', 'the process is dead', { details: { retryable: false } })

/** Counts the calls of stores and, once armed, ends everything at one of them. */
function fuse() {
  let left = Number.POSITIVE_INFINITY
  let form: 'before' | 'after' = 'before'
  let burnt = false
  const plan = ({ method }: { readonly method: string }): Fault | undefined => {
    if (method === 'close') return undefined
    if (burnt) return { kind: 'before', error: dead }
    left -= 1
    if (left > 0) return undefined
    burnt = true
    return { kind: form, error: dead }
  }
  return {
    wrap: (store: ReceiptStore): ReceiptStore => faultyStore(store, plan),
    /** The call with this number, and every one after it, fails. */
    arm(call: number, how: 'before' | 'after') {
      left = call
      form = how
    },
    get burnt() {
      return burnt
    },
    burn() {
      burnt = true
    },
  }
}

/** One process that dies at a call of either store while it drains, and the next one. */
async function dies(call: number, form: 'before' | 'after', absence: Absence): Promise<boolean> {
  const outbox = join(dir, `${form}-${call}`)
  const memory = memoryStore()
  const main = comings(memory)
  const line = fuse()
  const first = outboxed(line.wrap(main.store), line.wrap(fileStore(outbox)), { afterMs: 10 })
  first.on('warning', () => {})
  const before = await first.append(draft())
  main.leave(absence)
  const away = await Promise.all([first.append(draft()), first.append(draft())])
  away.push(await first.append(draft()))
  main.come()
  line.arm(call, form)
  await first.drain().catch(() => {})
  const died = line.burnt
  line.burn()
  const next = outboxed(comings(memory).store, outbox)
  const [drained] = await Promise.all([next.drain(), next.append(draft()).then((one) => away.push(one))])
  expect(drained.chains).toBeLessThanOrEqual(1)
  expect(await next.drain()).toEqual({ chains: 0, receipts: 0 })
  const keyring = await next.keyring()
  await next.close()
  await first.close({ timeoutMs: 1 }).catch(() => {})
  const { ids, outboxes, gaps } = await audit(memory, keyring)
  const expected = [before, ...away].map(({ receiptId }) => receiptId)
  expect([...new Set(ids)].sort()).toEqual(expected.sort())
  expect([gaps.length, outboxes.length]).toEqual([1, 1])
  // nothing is there twice but what the lost answers left
  if (absence === 'refuses') expect(ids.length).toBe(expected.length)
  return died
}

describe('a process that dies while it drains', () => {
  test.each([
    ['before', 'refuses'],
    ['after', 'refuses'],
    ['after', 'loses answers'],
  ] as const)('%s each call that it makes, after a store that %s', { timeout: 60_000 }, async (form, absence) => {
    let call = 1
    while (await dies(call, form, absence)) call += 1
    // reading the outbox, ending its chain, copying, joining: each is at least one call
    expect(call).toBeGreaterThan(10)
  })
})

const source = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src', path)).href)

/** A process whose main store leaves after one receipt, and which says each receipt that it was given. */
const program = (main: string, outbox: string) => `
import { createLedger } from ${source('ledger/ledger.ts')}
import { localKey } from ${source('keys/local.ts')}
import { fileStore } from ${source('store/file.ts')}
import { faultyStore } from ${source('testing/faulty-store.ts')}
import { realEnvironment } from ${source('ledger/environment.ts')}
import { sha256 } from ${source('primitives/sha256.ts')}
let away = false
const store = faultyStore(fileStore(${JSON.stringify(main)}), () => (away ? { kind: 'before' } : undefined))
const ledger = createLedger({
  store,
  keys: localKey({ seed: sha256('quittance test key a') }),
  redactor: false,
  outbox: { store: fileStore(${JSON.stringify(outbox)}), afterMs: 500 },
})
const emit = async () => {
  const draft = { receiptId: realEnvironment.uuid(), chainId: 'acme', tenantId: 'acme', eventType: 'decision', action: 'allow', checks: [] }
  console.log(JSON.stringify({ given: draft.receiptId }))
  const { chainId, receiptId } = await ledger.append(draft)
  console.log(JSON.stringify({ chainId, receiptId }))
}
async function run() {
  await emit()
  away = true
  for (;;) await Promise.all([emit(), emit(), emit()])
}
run()
`

/** Runs it until it was acknowledged so many receipts, then kills it. */
async function killed(file: string, after: number) {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const given = new Set<string>()
  const acknowledged: { chainId: string; receiptId: string }[] = []
  const closed = new Promise((resolve) => child.once('close', resolve))
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const said = JSON.parse(line) as { given?: string; chainId?: string; receiptId?: string }
    if (said.given !== undefined) given.add(said.given)
    else acknowledged.push(said as { chainId: string; receiptId: string })
    if (acknowledged.length === after) child.kill('SIGKILL')
  }
  await closed
  return { given, acknowledged }
}

describe('a process that is killed while the store is away', () => {
  test('the next one drains what it left, and first what the one before left', { timeout: 60_000 }, async () => {
    const [main, outbox, file] = [join(dir, 'main'), join(dir, 'outbox'), join(dir, 'program.ts')]
    await mkdir(main)
    await writeFile(file, program(main, outbox))
    const runs = [await killed(file, 40), await killed(file, 7)]
    const acknowledged = runs.flatMap((one) => one.acknowledged)
    const store = fileStore(main)
    const ledger = outboxed(store, outbox, { afterMs: 10_000 })
    let drained = 0
    const order: string[] = []
    ledger.on('outbox', ({ phase, outboxChainId, count }) => {
      if (phase !== 'drained') return
      drained += count
      order.push(outboxChainId)
    })
    const own = await ledger.append(draft())
    const outboxChains = [...new Set(acknowledged.map(({ chainId }) => chainId).filter((name) => name !== 'acme'))]
    await until(() => order.length === outboxChains.length)
    expect(order).toEqual(outboxChains)
    const keyring = await ledger.keyring()
    const { ids } = await audit(store, keyring)
    await ledger.close()
    expect(ids.length).toBe(new Set(ids).size)
    expect(ids).toEqual(expect.arrayContaining([own.receiptId, ...acknowledged.map(({ receiptId }) => receiptId)]))
    // what was stored though nobody was told may be there; nothing else
    const given = new Set(runs.flatMap((one) => [...one.given]))
    expect(ids.every((id) => given.has(id) || id === own.receiptId)).toBe(true)
    const inMain = acknowledged.filter(({ chainId }) => chainId === 'acme').length
    expect(drained).toBeGreaterThanOrEqual(acknowledged.length - inMain)
  })
})

describe('several ledgers on one chain, each with an outbox of its own', () => {
  test('come back together', { timeout: 60_000 }, async () => {
    const main = comings()
    const ledgers = [0, 1, 2, 3].map((index) => outboxed(main.store, join(dir, String(index)), { timeoutMs: 20_000 }))
    const emit = (count: number) =>
      Promise.all(ledgers.flatMap((ledger) => Array.from({ length: count }, () => ledger.append(draft()))))
    const all = [...(await emit(10))]
    main.leave('loses answers')
    all.push(...(await emit(30)))
    main.come()
    all.push(...(await emit(10)))
    await Promise.all(ledgers.map((ledger) => ledger.drain()))
    const keyring = await (ledgers[0] as (typeof ledgers)[number]).keyring()
    await Promise.all(ledgers.map((ledger) => ledger.close()))
    const { ids, gaps } = await audit(main.memory, keyring)
    expect([...new Set(ids)].sort()).toEqual(all.map(({ receiptId }) => receiptId).sort())
    expect(gaps.length).toBeGreaterThanOrEqual(ledgers.length)
  })

  test('two on the same directory, in one process: a live chain that the other one ended is left for a new one', async () => {
    const main = comings()
    const one = outboxed(main.store, dir)
    main.leave()
    const first = await one.append(draft())
    // the other one takes it for a chain that a dead process left, and can reach the store
    const other = outboxed(comings(main.memory).store, dir)
    await other.drain()
    const second = await one.append(draft())
    expect(second.chainId).not.toBe(first.chainId)
    main.come()
    await one.drain()
    const keyring = await one.keyring()
    await one.close()
    await other.close()
    const { ids } = await audit(main.memory, keyring)
    expect([...ids].sort()).toEqual([first.receiptId, second.receiptId].sort())
  })
})
