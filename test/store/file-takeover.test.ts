import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { chainFolder } from '../../src/store/file/layout.js'
import { silenceWatch } from '../../src/store/file/silence.js'
import { fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { startWriter } from './child.js'
import { closedAtEnd, collect, failureOf, refOf, temporaryFolder } from './temporary.js'

const linux = process.platform === 'linux'
const SILENCE_MS = 2_000
const options = { segmentBytes: 64 * 1024, takeOverAfterMs: SILENCE_MS, onNotice: () => undefined }

const stateOf = async (pid: number) => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2)[0]
}

async function untilStopped(pid: number): Promise<void> {
  while ((await stateOf(pid)) !== 'T') await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Every file of the chain that has a name, and its content. */
async function contentsIn(dir: string): Promise<Record<string, string>> {
  const folder = join(dir, chainFolder('acme'))
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return Object.fromEntries(names.map((name, at) => [name, texts[at]!]))
}

const append = async (store: ReturnType<typeof fileStore>, label: string) => {
  const head = await store.head('acme')
  const some = testReceipts({ chainId: 'acme', count: 1, after: head, label })
  await store.append('acme', some, head && refOf(head))
  return some[0]!
}

describe('takeOverAfterMs', () => {
  it('refuses what is too short to tell a stalled process from a busy one', () => {
    for (const takeOverAfterMs of [0, 1_999, Number.NaN, '5000' as never])
      expect(() => fileStore('x', { takeOverAfterMs })).toThrow(RangeError)
  })

  it.runIf(linux)(
    'takes nothing from a process that shows that it lives, however idle it is',
    async () => {
      const dir = await temporaryFolder()
      const other = startWriter('on-command', dir)
      await other.next()
      expect(await other.ask('append')).toBe('appended 0')
      const store = closedAtEnd(fileStore(dir, { ...options, waitForLockMs: 2_500 }))
      expect(await failureOf(append(store, 'late'))).toMatchObject({
        code: 'STORE_LOCKED',
        details: { pid: other.pid, outcome: 'absent' },
      })
      expect(await other.ask('append')).toBe('appended 1')
    },
    30_000,
  )

  // where the stalled writer stands when it is replaced
  const places = [
    ['append', 'write'],
    ['append', 'datasync'],
    ['append', 'create'],
    ['erase', 'rename'],
  ] as const
  it.runIf(linux)(
    'replaces a stopped process, which can not add a byte to the chain when it goes on',
    async () => {
      const stage = async ([deed, call]: (typeof places)[number]) => {
        const dir = await temporaryFolder()
        const stalled = startWriter('-', dir, { script: 'stalled-writer' })
        expect(await stalled.next()).toBe('ready')
        expect(await stalled.ask('append')).toBe('appended 11')
        stalled.tell(`${deed} stop-at ${call}`)
        await untilStopped(stalled.pid)
        const store = closedAtEnd(fileStore(dir, options))
        const before = await collect(store.read('acme'))
        expect(before.length).toBeGreaterThanOrEqual(12)
        const mine = await append(store, 'taken over')
        expect(mine.seq).toBe(before.length)
        const named = await contentsIn(dir)
        stalled.process.kill('SIGCONT')
        const said = await stalled.next()
        expect(said).toMatch(/^STORE_LOCKED (absent|unknown)$/)
        const after = await contentsIn(dir)
        // what was written ended in a file without a name, or never began
        for (const [name, text] of Object.entries(named)) expect(after[name]).toBe(text)
        if (call === 'write' || call === 'datasync') expect(after).toEqual(named)
        // nothing of it counts, and the one that was replaced is refused from now on
        expect(await stalled.ask('append')).toMatch(/^STORE_LOCKED absent$/)
        const next = await append(store, 'and goes on')
        expect(await collect(store.read('acme'))).toEqual([...before, mine, next])
        await store.close()
        const again = closedAtEnd(fileStore(dir, options))
        const last = await append(again, 'opened again')
        expect(await collect(again.read('acme'))).toEqual([...before, mine, next, last])
        // and what it brought in is removed: the files are the chain, and nothing else
        const texts = Object.values(await contentsIn(dir)).join('')
        expect(texts).toBe([...before, mine, next, last].map((receipt) => `${lineOf(receipt)}\n`).join(''))
      }
      await Promise.all(places.map(stage))
    },
    60_000,
  )
})

describe('silenceWatch', () => {
  it('counts from when it first saw the lock, and from each sign of life again', async () => {
    const file = join(await temporaryFolder(), 'lock')
    const watch = silenceWatch(file, () => 'token')
    expect(watch.silentFor(0)).toBeUndefined()
    expect(watch.openFor(1_000)).toBe(0)
    await writeFile(file, 'one')
    expect(watch.silentFor(1_000)).toBeUndefined()
    expect(watch.openFor(1_000)).toBeGreaterThan(0)
    expect(watch.silentFor(0)).toBe('token')
    await writeFile(file, 'two')
    expect(watch.silentFor(1_000)).toBeUndefined()
    // it was seen to live: nobody need wait to find out
    expect(watch.openFor(1_000)).toBe(0)
  })
})
