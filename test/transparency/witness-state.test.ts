import { existsSync } from 'node:fs'
import { appendFile, cp, mkdtemp, readdir, readFile, realpath, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { utf8 } from '../../src/primitives/bytes.js'
import { sha256 } from '../../src/primitives/sha256.js'
import { nodeFs } from '../../src/store/file/fs.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { journalLine } from '../../src/transparency/witness/journal.js'
import { fileWitnessState, fileWitnessStateOn } from '../../src/transparency/witness/state-file.js'
import type { RefusedHead, WitnessedHead, WitnessState } from '../../src/transparency/witness/types.js'
import { type FsCall, type FsFault, failingFs } from '../store/failing-fs.js'
import { follow, lay, powerCutFs, survivals } from '../store/torture/power-cut-fs.js'
import { randomFrom } from '../store/torture/random.js'

/** In memory where there is such a place: what a disk does here, the test plays itself. */
const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

async function folder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(scratch, 'quittance-witness-')))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** A head as a witness would keep it; the state does not judge signatures. */
function head(origin: string, size: number, fill = 0): WitnessedHead {
  const rootHash = Uint8Array.from(sha256(`${origin} ${size}`))
  const text = checkpointText({ origin, size, rootHash, extensions: fill > 0 ? ['x'.repeat(fill)] : [] })
  return { origin, size, rootHash, time: 1_769_860_800 + size, note: `${text}\n— ${origin} AAAAAAAA\n` }
}

const opened = (path: string, create = false) => {
  const state = fileWitnessState(path, { create })
  onTestFinished(() => state.close())
  return state
}

/** Puts heads of growing sizes behind each other. */
async function grow(state: WitnessState, origin: string, from: number, to: number, fill = 0): Promise<void> {
  for (let size = from; size <= to; size += 1)
    expect(await state.advance(await state.latest(origin), head(origin, size, fill))).toBe(true)
}

const journal = (path: string) => join(path, 'heads.journal')

describe('what was taken', () => {
  test('is there after another opening, and is replaced only by who knows it', async () => {
    const path = await folder()
    const first = fileWitnessState(path, { create: true })
    await grow(first, 'a.example', 1, 3)
    await grow(first, 'b.example', 7, 7)
    expect(await first.advance(undefined, head('a.example', 9))).toBe(false)
    expect(await first.advance(head('a.example', 2), head('a.example', 9))).toBe(false)
    await first.close()
    const second = opened(path)
    expect(await second.latest('a.example')).toEqual(head('a.example', 3))
    expect(await second.latest('b.example')).toEqual(head('b.example', 7))
    expect(await second.latest('c.example')).toBeUndefined()
  })

  test('of several for one head one is taken, and the others wait until it is durable', async () => {
    const path = await folder()
    const state = opened(path, true)
    const taken = await Promise.all([1, 2, 3, 4].map((size) => state.advance(undefined, head('a.example', size))))
    expect(taken.filter(Boolean)).toHaveLength(1)
    expect((await state.latest('a.example'))?.size).toBe(1 + taken.indexOf(true))
  })

  test('heads of many logs at one time share a call to the disk', async () => {
    const path = await folder()
    const fs = failingFs(() => undefined)
    const state = fileWitnessStateOn(path, { create: true }, fs)
    await state.open()
    const before = fs.calls.length
    const origins = Array.from({ length: 200 }, (_, index) => `log${index}.example`)
    await Promise.all(origins.map((origin) => state.advance(undefined, head(origin, 5))))
    const syncs = fs.calls.slice(before).filter(({ name }) => name === 'datasync').length
    expect(syncs).toBeLessThanOrEqual(2)
    await state.close()
    const again = opened(path)
    for (const origin of origins) expect((await again.latest(origin))?.size).toBe(5)
  })

  test('is written anew before the file grows without end', async () => {
    const path = await folder()
    const state = opened(path, true)
    await grow(state, 'a.example', 1, 60, 50_000)
    expect((await stat(journal(path))).size).toBeLessThan(1_300_000)
    await state.close()
    const again = fileWitnessState(path)
    expect((await again.latest('a.example'))?.size).toBe(60)
    expect((await stat(journal(path))).size).toBeLessThan(60_000)
    await again.close()
  })
})

describe('who may have it', () => {
  test('a state is made only where that is asked for', async () => {
    const path = await folder()
    await expect(opened(path).open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(opened(join(path, 'x')).open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await opened(join(path, 'y', 'z'), true).open()
    expect(await readdir(join(path, 'y', 'z'))).toContain('heads.journal')
    // what was refused left no lock
    expect(await readdir(path)).toEqual(['y'])
  })

  test('a second one is refused while the first is open, and after it was closed it is not', async () => {
    const path = await folder()
    const first = opened(path, true)
    await first.open()
    await expect(opened(path).open()).rejects.toMatchObject({ code: 'STORE_LOCKED', details: { pid: process.pid } })
    await first.close()
    await opened(path).open()
    await expect(first.latest('a.example')).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })

  test('where the lock was removed by hand and another one began, the first tells of no head any more', async () => {
    const path = await folder()
    const first = opened(path, true)
    await grow(first, 'a.example', 1, 2)
    await unlink(join(path, 'witness.lock'))
    const second = opened(path)
    expect((await second.latest('a.example'))?.size).toBe(2)
    const late = first.advance(head('a.example', 2), head('a.example', 5))
    await expect(late).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await expect(first.advance(head('a.example', 2), head('a.example', 5))).rejects.toMatchObject({
      code: 'STORE_LOCKED',
    })
    await grow(second, 'a.example', 3, 4)
    await first.close()
    // it was not the second one's lock that it gave back
    await expect(opened(path).open()).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await second.close()
    expect((await opened(path).latest('a.example'))?.size).toBe(4)
  })

  test('a journal that was replaced under it is noticed before anything is told', async () => {
    const path = await folder()
    const state = opened(path, true)
    await grow(state, 'a.example', 1, 2)
    await writeFile(join(path, 'other'), await readFile(journal(path)))
    await nodeFs.rename(join(path, 'other'), journal(path))
    await expect(state.advance(head('a.example', 2), head('a.example', 3))).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
    })
  })
})

describe('a damaged journal', () => {
  async function written(): Promise<{ path: string; bytes: Buffer; ends: number[] }> {
    const path = await folder()
    const state = fileWitnessState(path, { create: true })
    await state.open()
    const ends = [(await stat(journal(path))).size]
    for (const size of [1, 2, 3]) {
      await grow(state, 'a.example', size, size)
      ends.push((await stat(journal(path))).size)
    }
    await state.close()
    return { path, bytes: await readFile(journal(path)), ends }
  }

  const newest = async (path: string, bytes: Buffer): Promise<number> => {
    await writeFile(journal(path), bytes)
    const state = fileWitnessState(path)
    try {
      return (await state.latest('a.example'))?.size ?? 0
    } finally {
      await state.close()
    }
  }

  test('a last line that was not written as a whole is left out, wherever it ends', async () => {
    const { path, bytes, ends } = await written()
    const [, , second = 0, third = 0] = ends
    for (let length = second; length < third; length += 7) expect(await newest(path, bytes.subarray(0, length))).toBe(2)
    // pages of it that never came
    expect(await newest(path, Buffer.concat([bytes.subarray(0, second), Buffer.alloc(third - second)]))).toBe(2)
    const holed = Buffer.from(bytes)
    holed.fill(0, second + 10, second + 90)
    expect(await newest(path, holed)).toBe(2)
    expect(await newest(path, bytes)).toBe(3)
  })

  test('anything else is refused: a witness must not forget', async () => {
    const { path, bytes, ends } = await written()
    const [start = 0, first = 0] = ends
    const inMiddle = Buffer.from(bytes)
    inMiddle[first + 100] = (inMiddle[first + 100] ?? 0) ^ 1
    const rolledBack = Buffer.concat([bytes, Buffer.from(journalLine([head('a.example', 1)]))])
    const foreign = Buffer.concat([
      bytes.subarray(0, start),
      Buffer.from(journalLine([{ ...head('a', 1), note: 'x' }])),
    ])
    for (const damaged of [inMiddle, rolledBack, foreign, Buffer.alloc(0), Buffer.from('{}\n'), bytes.subarray(5)])
      await expect(newest(path, damaged)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    expect(await newest(path, bytes)).toBe(3)
  })
})

describe('what is done while the disk works', () => {
  test('is begun once the head is on its way, and given by nobody before the head is durable', async () => {
    const path = await folder()
    let fails = false
    const fs = failingFs(({ name }) => (fails && name === 'datasync' ? { code: 'EIO', when: 'before' } : undefined))
    const state = fileWitnessStateOn(path, { create: true }, fs)
    await state.open()
    const before = fs.calls.length
    const [plain, cosigned] = [head('a.example', 1), head('a.example', 1)]
    const withLine = { ...cosigned, note: `${cosigned.note}— w.example AAAAAAAA\n` }
    let seen: string[] = []
    let early: WitnessedHead | undefined
    const meanwhile = (): WitnessedHead => {
      seen = fs.calls.slice(before).map(({ name }) => name)
      void state.latest('a.example').then((latest) => {
        early = latest
      })
      return withLine
    }
    expect(await state.advance(undefined, plain, meanwhile)).toBe(true)
    expect(seen.at(-1)).toBe('datasync')
    expect(early).toBeUndefined()
    expect(await state.latest('a.example')).toEqual(withLine)
    // who is too late, or whose head the disk does not take, has nothing to show
    let called = 0
    const counted = (): undefined => {
      called += 1
      return undefined
    }
    expect(await state.advance(undefined, head('a.example', 2), counted)).toBe(false)
    expect(called).toBe(0)
    fails = true
    await expect(state.advance(withLine, head('a.example', 2), counted)).rejects.toMatchObject({ code: 'STORE_IO' })
    expect([called, (await state.latest('a.example'))?.size]).toEqual([1, 1])
    fails = false
    expect(await state.advance(withLine, head('a.example', 3))).toBe(true)
    await state.close()
    expect(await opened(path).latest('a.example')).toEqual(head('a.example', 3))
  })
})

describe('a disk that fails', () => {
  test('at whichever call: what was told is there, and it goes on once the disk does', async () => {
    const kinds = ['before', 'after', 'partial'] as const
    let failing = true
    for (let number = 1; failing; number += 1) {
      for (const when of kinds) {
        const path = await folder()
        let hit = false
        const plan = (call: FsCall): FsFault | undefined => {
          if (call.number !== number) return undefined
          hit = true
          return { code: when === 'partial' ? 'ENOSPC' : 'EIO', when }
        }
        const state = fileWitnessStateOn(path, { create: true }, failingFs(plan))
        let told = 0
        for (let size = 1; size <= 4; size += 1) {
          try {
            if (await state.advance(await state.latest('a.example'), head('a.example', size))) told = size
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^STORE_(IO|FULL)$/) })
            expect(hit).toBe(true)
          }
        }
        // one call failed: of what came before it nothing that was told is gone, and what comes after it is taken
        const standing = await state.latest('a.example')
        expect(standing?.size ?? 0).toBe(told)
        const taken = () => state.advance(standing, head('a.example', 5))
        expect(await taken().catch(() => taken())).toBe(true)
        await Promise.allSettled([state.close()])
        await nodeFs.unlink(join(path, 'witness.lock')).catch(() => undefined)
        const again = fileWitnessState(path)
        expect((await again.latest('a.example'))?.size).toBe(5)
        await again.close()
        failing = hit
      }
    }
  })

  test('a power cut after any call loses nothing that was told, and the state opens again', async () => {
    const root = await folder()
    const fs = powerCutFs(root)
    const tell = (origin: string, size: number) => fs.told({ origin, size })
    for (const from of [1, 4]) {
      const state = fileWitnessStateOn(root, { create: true }, fs)
      for (let size = from; size < from + 3; size += 1) {
        // a line of several pages for two logs, then a short one
        await Promise.all(
          ['a.example', 'b.example'].map(async (origin) => {
            expect(await state.advance(await state.latest(origin), head(origin, size, 5_000))).toBe(true)
            tell(origin, size)
          }),
        )
        await grow(state, 'c.example', size, size)
        tell('c.example', size)
      }
      await state.keep({ id: 'f'.repeat(64), origin: 'a.example', kind: 'unproved', text: '{}' })
      await state.close()
    }
    const random = randomFrom(1)
    const disk = follow(root)
    const promised = new Map<string, number>()
    let images = 0
    for (const event of fs.events) {
      if (event.type === 'told') {
        const { origin, size } = event.what as { origin: string; size: number }
        promised.set(origin, size)
      }
      disk.step(event)
      for (const survival of survivals) {
        if (!random.chance(0.2)) continue
        const place = join(root, `image-${images}`)
        images += 1
        await nodeFs.mkdir(place, { recursive: true })
        await lay(disk.image(survival, random), place)
        const state = fileWitnessState(place, { create: promised.size === 0 })
        for (const [origin, size] of promised) {
          const found = await state.latest(origin)
          expect(found?.size, `${survival.name}: ${origin}`).toBeGreaterThanOrEqual(size)
          expect(found).toEqual(head(origin, found?.size ?? 0, origin === 'c.example' ? 0 : 5_000))
        }
        await state.close()
        await rm(place, { recursive: true })
      }
    }
    expect(images).toBeGreaterThan(100)
  })
})

describe('evidence', () => {
  const refused = (id: number, kind: RefusedHead['kind'] = 'unproved', origin = 'a.example'): RefusedHead => ({
    id: id.toString(16).padStart(64, '0'),
    origin,
    kind,
    text: `{"n":${id}}`,
  })

  test('is kept once, a file each, and for no log and kind without end', async () => {
    const path = await folder()
    const state = fileWitnessState(path, { create: true })
    for (let id = 0; id < 25; id += 1) await state.keep(refused(id))
    await Promise.all([
      state.keep(refused(1, 'fork')),
      state.keep(refused(1, 'fork')),
      state.keep(refused(1, 'fork', 'b')),
    ])
    await state.close()
    const again = opened(path)
    await again.keep(refused(1, 'fork'))
    await again.keep(refused(2, 'fork'))
    const names = await readdir(join(path, 'evidence'))
    expect(names.filter((name) => name.startsWith('unproved-'))).toHaveLength(20)
    expect(names.filter((name) => name.startsWith('fork-'))).toHaveLength(3)
    const first = names.find((name) => name.startsWith('unproved-') && name.endsWith('0000.json')) ?? ''
    expect(await readFile(join(path, 'evidence', first), 'utf8')).toBe('{"n":0}')
  })
})

test('a copy of the directory of a running witness opens: nothing of it stands only in memory', async () => {
  const path = await folder()
  const state = opened(path, true)
  await grow(state, 'a.example', 1, 3)
  await appendFile(join(path, 'note'), utf8('of the operator'))
  const copy = await folder()
  await cp(path, copy, {
    recursive: true,
    filter: (name) => !name.endsWith('witness.lock') && !name.includes('.beacon-'),
  })
  expect((await opened(copy).latest('a.example'))?.size).toBe(3)
})
