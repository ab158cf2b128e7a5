/** Outbox chains that the main store had and lost, and an outbox that takes nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { audit, comings, directory, outboxed, remove, until } from './outbox-support.js'
import { draft, keyNamed, stored } from './support.js'

let dir: string
beforeEach(async () => {
  dir = await directory()
})
afterEach(() => remove(dir))

/** A memory that can be put back to what it held before, with or without what is remembered beside the chains. */
function dumped() {
  let current = memoryStore()
  let dump: (readonly DecisionReceipt[])[] = []
  const memory: ReceiptStore = {
    ...current,
    head: (...args) => current.head(...args),
    append: (...args) => current.append(...args),
    get: (...args) => current.get(...args),
    read: (...args) => current.read(...args),
    chains: (...args) => current.chains(...args),
    bounds: (...args) => current.bounds(...args),
    state: { get: (...args) => current.state.get(...args), put: (...args) => current.state.put(...args) },
    close: async () => undefined,
  }
  return {
    memory,
    async save() {
      dump = []
      for await (const chainId of current.chains()) dump.push(await stored(current, chainId))
    },
    async goBack() {
      current = memoryStore()
      for (const chain of dump) await current.append(chain[0]?.chainId as string, chain, undefined)
    },
  }
}

const warned = (ledger: Ledger): string[] => {
  const codes: string[] = []
  ledger.on('warning', ({ error }) => codes.push((error as { code: string }).code))
  return codes
}

/** Three receipts, an outage with five, a drain, and a main store that forgets the drain. */
async function drainedAndLost() {
  const saved = dumped()
  const main = comings(saved.memory)
  const ledger = outboxed(main.store, dir)
  for (let count = 0; count < 3; count += 1) await ledger.append(draft())
  main.leave()
  const away: DecisionReceipt[] = []
  for (let count = 0; count < 5; count += 1) away.push(await ledger.append(draft()))
  await saved.save()
  main.come()
  await ledger.drain()
  const name = away[0]?.chainId as string
  const whole = await stored(saved.memory, name)
  expect(whole.length).toBe(7)
  await saved.goBack()
  expect(await stored(saved.memory, name)).toEqual([])
  return { saved, main, ledger, name, whole, keyring: await ledger.keyring() }
}

test('drain() brings back what the main store lost of a drained chain, and says so', async () => {
  const { saved, ledger, name, whole, keyring } = await drainedAndLost()
  const codes = warned(ledger)
  expect(await ledger.drain()).toEqual({ chains: 1, receipts: 5 })
  expect(await stored(saved.memory, name)).toEqual(whole)
  expect(codes).toEqual(['STORE_ROLLED_BACK'])
  expect(await ledger.drain()).toEqual({ chains: 0, receipts: 0 })
  await ledger.close()
  expect((await audit(saved.memory, keyring)).ids.length).toBe(8)
})

test('a part of a drained chain that was lost comes back', async () => {
  const { saved, ledger, name, whole } = await drainedAndLost()
  warned(ledger)
  await saved.memory.append(name, whole.slice(0, 4), undefined)
  expect(await ledger.drain()).toEqual({ chains: 1, receipts: 5 })
  expect(await stored(saved.memory, name)).toEqual(whole)
  await ledger.close()
})

test('a ledger that finds its store rolled back looks after its outbox without being asked', async () => {
  const { saved, main, ledger, name, whole, keyring } = await drainedAndLost()
  const codes = warned(ledger)
  // the head is read again after a fault
  main.leave('loses answers')
  await ledger.append(draft(), { whenAway: 'fail', timeoutMs: 20 }).catch(() => undefined)
  main.come()
  await ledger.append(draft(), { whenAway: 'wait' })
  await until(async () => (await stored(saved.memory, name)).length === whole.length)
  expect(await stored(saved.memory, name)).toEqual(whole)
  expect(codes).toContain('STORE_ROLLED_BACK')
  await ledger.drain()
  await ledger.close()
  const gaps = (await audit(saved.memory, keyring)).gaps
  expect(gaps.length).toBe(1)
})

test('the next process on the same outbox looks as it starts', async () => {
  const { saved, main, ledger, name, whole, keyring } = await drainedAndLost()
  await ledger.close()
  expect(await stored(saved.memory, name)).toEqual([])
  const next = outboxed(main.store, dir)
  const codes = warned(next)
  await next.append(draft())
  await until(async () => (await stored(saved.memory, name)).length === whole.length)
  await next.close()
  expect(codes).toEqual(['STORE_ROLLED_BACK'])
  expect((await audit(saved.memory, keyring)).outboxes).toEqual([whole])
})

test('an outbox that is a file takes nothing, and status and health say so', async () => {
  const path = join(dir, 'file')
  await writeFile(path, 'x')
  const ledger = outboxed(comings().store, path)
  const codes = warned(ledger)
  await ledger.append(draft())
  const { ok, checks } = await ledger.health()
  expect(ok).toBe(false)
  const check = checks.find(({ name }) => name === 'outbox')
  expect(check).toMatchObject({ ok: false, code: expect.stringMatching(/^STORE_/) })
  await until(() => ledger.outboxStatus()?.code !== undefined)
  expect(codes.length).toBeGreaterThan(0)
  await ledger.close().catch(() => undefined)
})

test('a directory that another process holds is told before an outage', async () => {
  const hold = `
    import { fileStore } from './src/store/file.js'
    const store = fileStore(process.argv[1])
    await store.state.put('held', 'held', new Uint8Array([1]), 0)
    console.log('held')
    setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', hold, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(holder.stdout, 'data')
    const ledger = outboxed(comings().store, dir)
    const codes = warned(ledger)
    await ledger.append(draft())
    await until(() => ledger.outboxStatus()?.code === 'STORE_LOCKED')
    expect((await ledger.health()).checks).toContainEqual({ name: 'outbox', ok: false, code: 'STORE_LOCKED' })
    expect(codes).toEqual(['STORE_LOCKED'])
    await ledger.close()
  } finally {
    holder.kill('SIGKILL')
  }
})

test('an append that is told of a rollback makes the outbox look as well', async () => {
  const saved = dumped()
  const main = comings(saved.memory)
  const ledger = outboxed(main.store, dir)
  const codes = warned(ledger)
  await ledger.append(draft())
  main.leave()
  const { chainId: name } = await ledger.append(draft())
  await saved.save()
  // what stands before its own is another's, so it can't put back its own
  const other = createLedger({ store: saved.memory, keys: keyNamed('a'), redactor: false })
  await other.append(draft())
  main.come()
  await ledger.drain()
  const whole = await stored(saved.memory, name)
  expect(whole.length).toBe(3)
  await saved.goBack()
  expect(await stored(saved.memory, name)).toEqual([])
  await expect(ledger.append(draft())).rejects.toMatchObject({ code: 'STORE_ROLLED_BACK' })
  await until(async () => (await stored(saved.memory, name)).length === whole.length)
  expect(await stored(saved.memory, name)).toEqual(whole)
  expect(codes).toContain('STORE_ROLLED_BACK')
  await ledger.acceptRollback('acme')
  await ledger.drain()
  expect(ledger.outboxStatus()).toMatchObject({ chains: 0, receipts: 0 })
  await Promise.all([ledger.close(), other.close()])
})
