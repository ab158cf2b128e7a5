import { spawnSync } from 'node:child_process'
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeLock } from '../../src/store/file/lock-file.js'
import { livenessOf, ownIdentity } from '../../src/store/file/process-identity.js'
import { fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { startWriter } from './child.js'
import { closedAtEnd, collect, failureOf, refOf, temporaryFolder } from './temporary.js'

const receipts = testReceipts({ chainId: 'mine', count: 6 })
const append = (store: ReturnType<typeof fileStore>, from: number) =>
  store.append('mine', receipts.slice(from, from + 1), receipts[from - 1] && refOf(receipts[from - 1]!))
const lockIn = (dir: string) => join(dir, 'writer.lock')
const linux = process.platform === 'linux'

describe('one writer a directory', () => {
  it('another live process gets STORE_LOCKED, which names the pid and what to use instead, and may go on reading', async () => {
    const dir = await temporaryFolder()
    const other = startWriter('on-command', dir)
    expect(await other.next()).toBe('ready')
    expect(await other.ask('append')).toBe('appended 0')
    const store = closedAtEnd(fileStore(dir))
    const error = await failureOf(append(store, 0))
    expect(error).toMatchObject({
      code: 'STORE_LOCKED',
      details: { pid: other.pid, outcome: 'absent', file: lockIn(dir) },
    })
    expect(error.message).toContain(`process ${other.pid}`)
    expect(error.message).toContain('Redis')
    for (const call of [
      store.state.put('mine', 'head', new Uint8Array(1), 0),
      store.prune!('acme', 1, refOf(receipts[0]!)),
    ]) {
      expect((await failureOf(call)).code).toBe('STORE_LOCKED')
    }
    // a reader beside the writer sees what is acknowledged, as it comes
    expect(await collect(store.chains())).toEqual(['acme'])
    for (let seq = 1; seq < 5; seq += 1) {
      expect(await other.ask('append')).toBe(`appended ${seq}`)
      expect((await store.head('acme'))?.seq).toBe(seq)
      expect((await collect(store.read('acme'))).length).toBe(seq + 1)
    }
    expect(await other.ask('close')).toBe('closed')
    await append(store, 0)
    expect(await store.head('mine')).toEqual(receipts[0])
  }, 30_000)

  it('a store told to wait gets its turn when the other closes, and gives up when its signal says so', async () => {
    const dir = await temporaryFolder()
    const other = startWriter('on-command', dir)
    await other.next()
    await other.ask('append')
    const patient = closedAtEnd(fileStore(dir, { waitForLockMs: 60_000 }))
    const controller = new AbortController()
    const reason = new Error('enough')
    const given = patient.append('mine', receipts.slice(0, 1), undefined, { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 100)
    await expect(given).rejects.toBe(reason)
    const waiting = append(patient, 0)
    expect(await other.ask('close')).toBe('closed')
    await waiting
    expect(await collect(patient.read('mine'))).toEqual(receipts.slice(0, 1))
  }, 30_000)

  it('a killed process leaves a lock that is taken over at once', async () => {
    const dir = await temporaryFolder()
    for (let round = 0; round < 2; round += 1) {
      const other = startWriter('on-command', dir)
      await other.next()
      expect(await other.ask('append')).toBe(`appended ${round}`)
      await other.kill('SIGKILL')
      expect((await readFile(lockIn(dir), 'utf8')).includes(`"pid":${other.pid}`)).toBe(true)
    }
    const store = fileStore(dir)
    await append(store, 0)
    expect((await readdir(dir)).filter((name) => name.startsWith('writer.lock'))).toEqual(['writer.lock'])
    await store.close()
    // the lock of a closed store is gone, and with it whatever said that its writer lives
    expect((await readdir(dir)).filter((name) => !/-[0-9a-f]{40}$/.test(name))).toEqual(['writer.epoch'])
    expect(JSON.parse(await readFile(join(dir, 'writer.epoch'), 'utf8'))).toMatchObject({ epoch: 3, closed: true })
  }, 30_000)

  it('of processes that find a dead lock together exactly one takes it', async () => {
    const dir = await temporaryFolder()
    const writers = Array.from({ length: 4 }, (_, index) =>
      startWriter('on-command', dir, { chainId: `racer-${index}` }),
    )
    for (const writer of writers) expect(await writer.next()).toBe('ready')
    let survivors = writers
    for (let round = 0; round < 3; round += 1) {
      const said = await Promise.all(survivors.map((writer) => writer.ask('append')))
      const winners = survivors.filter((_, index) => said[index]?.startsWith('appended'))
      expect(winners.length).toBe(1)
      const [winner] = winners
      for (const line of said)
        if (!line?.startsWith('appended')) expect(line).toBe(`STORE_LOCKED ${winner!.pid} absent`)
      await winner!.kill('SIGKILL')
      survivors = survivors.filter((writer) => writer !== winner)
    }
  }, 60_000)

  it.runIf(linux)(
    'a stalled process keeps its lock',
    async () => {
      const dir = await temporaryFolder()
      const other = startWriter('on-command', dir)
      await other.next()
      await other.ask('append')
      other.process.kill('SIGSTOP')
      const store = closedAtEnd(fileStore(dir, { waitForLockMs: 500 }))
      expect(await failureOf(append(store, 0))).toMatchObject({ code: 'STORE_LOCKED', details: { pid: other.pid } })
      other.process.kill('SIGCONT')
      expect(await other.ask('append')).toBe('appended 1')
    },
    30_000,
  )

  it.runIf(linux)(
    'a pid that is used again by another process does not keep a dead lock alive',
    async () => {
      const dir = await temporaryFolder()
      const other = startWriter('on-command', dir)
      await other.next()
      await other.ask('append')
      const lock = JSON.parse(await readFile(lockIn(dir), 'utf8')) as { startTime: string }
      await other.ask('close')
      await writeFile(lockIn(dir), JSON.stringify({ ...lock, startTime: String(Number(lock.startTime) - 1) }))
      const store = closedAtEnd(fileStore(dir))
      await append(store, 0)
      expect(await store.head('mine')).toEqual(receipts[0])
    },
    30_000,
  )

  it('a lock that can not be judged is not taken: of another machine, or one that says nothing', async () => {
    const own = await ownIdentity()
    const foreign = {
      ...own,
      pid: 1,
      host: 'elsewhere.example',
      bootId: 'another-boot',
      token: '0'.repeat(32),
      beacon: false,
    }
    for (const [content, pid] of [
      [JSON.stringify(foreign), 1],
      ['rubbish', undefined],
      ['{"token":"../x","pid":1}', undefined],
    ] as const) {
      const dir = await temporaryFolder()
      await writeFile(lockIn(dir), content)
      const store = closedAtEnd(fileStore(dir))
      const error = await failureOf(append(store, 0))
      expect(error.code).toBe('STORE_LOCKED')
      expect(error.details.pid).toBe(pid)
      expect(await readFile(lockIn(dir), 'utf8')).toBe(content)
      // a person may decide
      await rm(lockIn(dir))
      await append(store, 0)
    }
  })

  it('an empty lock file, as a crash leaves it where there are no hard links, is taken over', async () => {
    const dir = await temporaryFolder()
    await writeFile(lockIn(dir), '')
    const store = closedAtEnd(fileStore(dir))
    await append(store, 0)
    expect(await readFile(lockIn(dir), 'utf8')).toContain(`"pid":${process.pid}`)
  })

  it('a lock that was taken away is noticed before anything is acknowledged, and taken again', async () => {
    const dir = await temporaryFolder()
    const store = closedAtEnd(fileStore(dir))
    await append(store, 0)
    await rm(lockIn(dir))
    expect(await failureOf(append(store, 1))).toMatchObject({
      code: 'STORE_LOCKED',
      details: { outcome: 'absent', retryable: true },
    })
    await append(store, 1)
    expect(await collect(store.read('mine'))).toEqual(receipts.slice(0, 2))
    await rm(lockIn(dir))
    const other = startWriter('on-command', dir)
    await other.next()
    expect(await other.ask('append')).toBe('appended 0')
    expect(await failureOf(append(store, 2))).toMatchObject({ code: 'STORE_LOCKED', details: { outcome: 'absent' } })
    expect(await failureOf(append(store, 2))).toMatchObject({ code: 'STORE_LOCKED', details: { pid: other.pid } })
    await store.close()
    // what is not ours is not given back
    expect(await readFile(lockIn(dir), 'utf8')).toContain(`"pid":${other.pid}`)
  }, 30_000)

  const namespaces = linux && spawnSync('unshare', ['-p', '-f', '--mount-proc', 'true']).status === 0
  // needs the right to make a pid namespace, which containers often lack
  it.runIf(namespaces)(
    'between containers, where pids mean nothing, a live writer keeps its lock and a dead one does not',
    async () => {
      const dir = await temporaryFolder()
      const prefix = ['unshare', '-p', '-f', '--kill-child', '--mount-proc']
      const other = startWriter('on-command', dir, { prefix })
      expect(await other.next()).toBe('ready')
      expect(await other.ask('append')).toBe('appended 0')
      const store = closedAtEnd(fileStore(dir))
      const error = await failureOf(append(store, 0))
      expect(error.code).toBe('STORE_LOCKED')
      expect(error.details.pid).not.toBe(other.pid)
      const third = startWriter('on-command', dir, { prefix, chainId: 'third' })
      await third.next()
      expect(await third.ask('append')).toMatch(/^STORE_LOCKED /)
      await other.kill('SIGKILL')
      // the namespace dies with its first process, a moment later
      let said = await third.ask('append')
      for (let tries = 0; said?.startsWith('STORE_LOCKED') && tries < 50; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        said = await third.ask('append')
      }
      expect(said).toBe('appended 0')
      await third.ask('close')
      await append(store, 0)
    },
    30_000,
  )
})

describe('livenessOf', () => {
  it('judges by boot, by namespace, by pid and start, and takes nothing for dead that it can not see', async () => {
    const own = await ownIdentity()
    expect(await livenessOf(own, own)).toBe('alive')
    expect(await livenessOf({ ...own, pid: 2 ** 22 + 1 }, own)).toBe('gone')
    expect(await livenessOf({ ...own, bootId: 'an earlier boot' }, { ...own, bootId: 'this boot' })).toBe('gone')
    expect(await livenessOf({ ...own, bootId: 'x', host: 'elsewhere' }, { ...own, bootId: 'y' })).toBe('unknown')
    expect(await livenessOf({ ...own, bootId: undefined }, { ...own, bootId: 'y' })).toBe('unknown')
    expect(await livenessOf({ ...own, bootId: undefined, host: 'elsewhere' }, { ...own, bootId: undefined })).toBe(
      'unknown',
    )
    expect(await livenessOf({ ...own, pidNamespace: 'pid:[1]' }, { ...own, pidNamespace: 'pid:[2]' })).toBe('elsewhere')
    if (linux) expect(await livenessOf({ ...own, startTime: '1' }, own)).toBe('gone')
    expect(await livenessOf({ ...own, startTime: undefined }, own)).toBe('alive')
  })
})

describe('takeLock', () => {
  it('goes on where a taker died in the middle of taking over', async () => {
    const dir = await temporaryFolder()
    const own = await ownIdentity()
    const dead = (token: string) => JSON.stringify({ ...own, pid: 2 ** 22 + 1, token, beacon: false })
    const [first, second] = ['1'.repeat(32), '2'.repeat(32)]
    await writeFile(lockIn(dir), dead(first))
    await writeFile(`${lockIn(dir)}.take-${first}`, dead(second))
    const takings = await Promise.all(Array.from({ length: 6 }, () => takeLock(lockIn(dir))))
    const won = takings.filter((taking) => taking.ours)
    expect(won.length).toBe(1)
    expect((await readdir(dir)).filter((name) => name.includes('.take-'))).toEqual([])
    for (const taking of won) if (taking.ours) await taking.beacon?.put()
  })
})

describe('within one process', () => {
  it('stores on the same directory share one writer, by whatever path, and closing one leaves the others working', async () => {
    const dir = await temporaryFolder()
    const alias = join(await temporaryFolder(), 'alias')
    await symlink(dir, alias, 'junction')
    const first = fileStore(dir)
    const second = closedAtEnd(fileStore(join(dir, '.', 'x', '..')))
    const third = closedAtEnd(fileStore(alias))
    await append(first, 0)
    await append(second, 1)
    expect(await third.head('mine')).toEqual(receipts[1])
    // one queue: what they append at once is one chain
    const results = await Promise.allSettled([append(first, 2), append(second, 2), append(third, 3)])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    await first.close()
    expect((await failureOf(append(first, 4))).code).toBe('STORE_CLOSED')
    await append(second, 4)
    expect(await readFile(lockIn(dir), 'utf8')).toContain(`"pid":${process.pid}`)
    await second.close()
    await append(third, 5)
    expect(await collect(third.read('mine'))).toEqual(receipts)
    await third.close()
    await expect(readFile(lockIn(dir))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('so do stores of another copy of this package', async () => {
    const dir = await temporaryFolder()
    const path = '../../src/store/file/registry.js?copy'
    const copy = (await import(/* @vite-ignore */ path)) as typeof import('../../src/store/file/registry.js')
    const { shareDirectory } = await import('../../src/store/file/registry.js')
    const { nodeFs } = await import('../../src/store/file/fs.js')
    const options = { fs: nodeFs, segmentBytes: 2 ** 20 }
    expect(copy.shareDirectory).not.toBe(shareDirectory)
    const mine = await shareDirectory(dir, options)
    const theirs = await copy.shareDirectory(dir, options)
    expect(theirs.directory).toBe(mine.directory)
    await mine.release()
    await mine.release()
    const store = closedAtEnd(fileStore(dir))
    await append(store, 0)
    await theirs.release()
    await append(store, 1)
  })

  it('a directory that is being closed is opened anew', async () => {
    const dir = await temporaryFolder()
    const first = fileStore(dir)
    await append(first, 0)
    const closing = first.close()
    const second = closedAtEnd(fileStore(dir))
    await append(second, 1)
    await closing
    expect(await collect(second.read('mine'))).toEqual(receipts.slice(0, 2))
  })
})
