import { spawnSync } from 'node:child_process'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FileHandle } from '../../src/store/file/fs.js'
import { syncThread } from '../../src/store/file/sync-thread.js'
import { temporaryFolder } from './temporary.js'

/** A file, and how often its own call was used. */
async function watchedFile() {
  const handle = await open(join(await temporaryFolder(), 'file'), 'wx')
  let own = 0
  const watched = new Proxy(handle, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target)
      if (property === 'datasync') own += 1
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  onTestFinished(() => handle.close().catch(() => undefined))
  return { handle: watched, raw: handle, own: () => own }
}

/** Calls it until the thread has started and takes over. */
async function untilTaken(thread: ReturnType<typeof syncThread>, file: { handle: FileHandle; own(): number }) {
  for (;;) {
    const before = file.own()
    await thread.datasync(file.handle)
    if (file.own() === before) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('syncThread', () => {
  it('makes files durable from the first call on, by itself once it runs and is idle', async () => {
    const thread = syncThread()
    onTestFinished(() => thread.close())
    const file = await watchedFile()
    await untilTaken(thread, file)
    const before = file.own()
    // of calls at the same time one is taken, the others go where they always went
    await Promise.all(Array.from({ length: 3 }, () => thread.datasync(file.handle)))
    expect(file.own() - before).toBe(2)
  })

  it('says what the system said', async () => {
    const thread = syncThread()
    onTestFinished(() => thread.close())
    const file = await watchedFile()
    await untilTaken(thread, file)
    const gone = { fd: 1_000_000 } as FileHandle
    await expect(thread.datasync(gone)).rejects.toMatchObject({ code: 'EBADF', syscall: 'fdatasync' })
    await thread.datasync(file.handle)
  })

  it('ends with a call under way, and goes on without a thread', async () => {
    const thread = syncThread()
    const file = await watchedFile()
    await untilTaken(thread, file)
    const waiting = thread.datasync(file.handle)
    const before = file.own()
    const [result] = await Promise.allSettled([waiting, thread.close()])
    // answered before the end, or refused: never repeated, because the second call would hide that the first had failed
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ECANCELED', syscall: 'fdatasync' })
    expect(file.own()).toBe(before)
    await thread.datasync(file.handle)
    expect(file.own()).toBe(before + 1)
    await thread.close()
    const unused = syncThread()
    await unused.close()
  })

  it('keeps no process alive, and lets none end before its call is over', () => {
    const source = new URL('../../src/store/file/sync-thread.ts', import.meta.url).href
    const program = `
      import { open } from 'node:fs/promises'
      import { setTimeout } from 'node:timers/promises'
      const { syncThread } = await import(${JSON.stringify(source)})
      const handle = await open(${JSON.stringify(fileURLToPath(import.meta.url))}, 'r+')
      const thread = syncThread()
      await thread.datasync(handle)
      await setTimeout(300)
      thread.datasync(handle).then(() => console.log('done'))
    `
    const given = ['--import', 'tsx', '--input-type=module', '-e', program]
    const { stdout, status } = spawnSync(process.execPath, given, { encoding: 'utf8', timeout: 30_000 })
    expect({ stdout, status }).toEqual({ stdout: 'done\n', status: 0 })
  })
})
