import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { fileStore } from '../../../src/store/file.js'
import { type Bundle, bundled } from './bundle.js'
import { commanded } from './commanded.js'
import { imageOf, isValid } from './power-cut.js'
import { readBeside } from './readers.js'
import { changesOf, noted, takeOver } from './takeover.js'
import { draft, handClock, ledgerOn } from './world.js'

const seed = Number(process.env.TORTURE_SEED ?? 20_260_105)
let writer: Bundle
let obedient: Bundle
beforeAll(async () => {
  ;[writer, obedient] = await Promise.all([bundled('writer'), bundled('commanded')])
})
afterAll(() => Promise.all([writer.remove(), obedient.remove()]))

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

describe('two processes on one directory', () => {
  it('the second is refused by name, or waits as long as it was told', async () => {
    const dir = await folder()
    const first = await commanded(obedient, { dir })
    expect((await first.append(3)).acknowledged.length).toBe(3)
    const second = await commanded(obedient, { dir })
    const { acknowledged, refused } = await second.append(3)
    expect(acknowledged).toEqual([])
    for (const refusal of refused)
      expect(refusal).toMatchObject({ code: 'STORE_LOCKED', outcome: 'absent', pid: first.pid })
    const patient = await commanded(obedient, { dir, store: { waitForLockMs: 30_000 } })
    const waiting = patient.append(3, 30_000)
    expect((await first.append(1)).acknowledged.length).toBe(1)
    await first.close()
    expect((await waiting).acknowledged.length).toBe(3)
    const reader = fileStore(dir)
    onTestFinished(() => reader.close())
    expect(await reader.bounds('acme')).toEqual({ first: 0, last: 7 })
    await isValid(reader, 'acme', handClock(Date.now()))
  }, 60_000)

  it.runIf(process.platform !== 'win32')(
    'a stopped writer that was replaced adds no byte when it goes on, and none of its appends is acknowledged',
    async () => {
      const dir = await folder()
      const stopped = await commanded(obedient, { dir, store: { segmentBytes: 65_536 }, text: 9_000 })
      expect((await stopped.append(10)).acknowledged.length).toBe(10)
      stopped.child.kill('SIGSTOP')
      // read when it goes on
      stopped.tell('append 20 5000')
      const store = fileStore(dir, { takeOverAfterMs: 2_000, segmentBytes: 65_536 })
      const ledger = await ledgerOn(store, handClock(Date.now()))
      onTestFinished(() => ledger.close())
      for (let count = 0; count < 12; count += 1) await ledger.append(draft('acme', 'successor', 9_000))
      // what the successor itself writes is no news
      await noted(store, 'acme', 22)
      const found = await imageOf(dir)
      stopped.child.kill('SIGCONT')
      const { acknowledged, refused } = (await stopped.next()) as Awaited<ReturnType<typeof stopped.append>>
      expect(acknowledged).toEqual([])
      expect(refused.map(({ code }) => code)).toEqual(Array(20).fill('STORE_LOCKED'))
      expect(await changesOf(dir, found)).toEqual([])
      expect(await store.bounds('acme')).toEqual({ first: 0, last: 22 })
      await isValid(store, 'acme', handClock(Date.now()))
    },
    60_000,
  )

  it.runIf(process.platform !== 'win32')(
    'nor does it put a state value',
    async () => {
      const dir = await folder()
      const stopped = await commanded(obedient, { dir })
      await stopped.append(1)
      stopped.tell('put 0')
      expect(await stopped.next()).toEqual({ version: 1 })
      stopped.child.kill('SIGSTOP')
      stopped.tell('put 1')
      const store = fileStore(dir, { takeOverAfterMs: 2_000 })
      onTestFinished(() => store.close())
      expect(await store.state.put('acme', 'other', Buffer.from('of the successor'), 0)).toBe(1)
      const found = await imageOf(dir)
      stopped.child.kill('SIGCONT')
      expect(await stopped.next()).toMatchObject({ failed: { code: 'STORE_LOCKED' } })
      expect(await changesOf(dir, found)).toEqual([])
    },
    60_000,
  )

  it.runIf(process.platform !== 'win32')(
    'so it is wherever it was stopped: in the middle of appends, rotation, pruning and erasing',
    async () => {
      const findings = await takeOver({ rounds: 4, seed, writer })
      expect(findings.rounds).toBe(4)
      expect(findings.acknowledged).toBeGreaterThan(0)
      expect(findings.refused).toBeGreaterThan(0)
    },
    120_000,
  )

  it('readers beside a writer that rotates, prunes and erases see a gap-free chain with all that was acknowledged', async () => {
    const findings = await readBeside({ ms: 4_000, seed, writer })
    expect(findings.reads).toBeGreaterThan(5)
    expect(findings.pruned + findings.erased).toBeGreaterThan(0)
    // who reads what is pruned meanwhile is told so, and reads again
    for (const told of findings.refused.keys()) expect(told).toMatch(/^STORE_(IO|UNAVAILABLE), retryable: true$/)
  }, 60_000)
})
