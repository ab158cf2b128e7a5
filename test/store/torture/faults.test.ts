/** Faults that the system itself makes: a full disk, no more descriptors, no more rights. */
import { spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir, realpath, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { QuittanceError } from '../../../src/errors.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { fileStoreOn } from '../../../src/store/file/file-store.js'
import type { FileSystem } from '../../../src/store/file/fs.js'
import { fileStore } from '../../../src/store/file.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import { run } from '../../support/program.js'
import { type Bundle, bundled } from './bundle.js'
import { commanded } from './commanded.js'
import { isValid } from './power-cut.js'
import { powerCutFs } from './power-cut-fs.js'
import { draft, handClock, ledgerOn } from './world.js'

const isRoot = process.getuid?.() === 0
const clock = handClock()
const segments = { segmentBytes: 65_536 }

async function folder(): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'quittance-')))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** Every receipt that was acknowledged is there, in a chain that is VALID, as another reader finds it. */
async function holds(dir: string, acknowledged: readonly { receiptId: string; receiptHash: string }[]) {
  const store = fileStore(dir)
  try {
    for (const { receiptId, receiptHash } of acknowledged)
      expect((await store.get('acme', receiptId))?.receiptHash).toBe(receiptHash)
    await isValid(store, 'acme', clock)
  } finally {
    await store.close()
  }
}

/** Appends until the disk is full, makes room, and appends again; twice. */
async function fillsUp(dir: string, store: ReceiptStore, take: () => Promise<void>, release: () => Promise<void>) {
  const ledger = await ledgerOn(store, clock)
  ledger.on('warning', () => undefined)
  onTestFinished(() => ledger.close())
  const acknowledged: DecisionReceipt[] = []
  const append = async (text: string) => {
    const receipt = await ledger.append(draft('acme', text, 12_000), { timeoutMs: 2_000 })
    acknowledged.push(receipt)
  }
  for (let round = 0; round < 2; round += 1) {
    await take()
    let refusal: unknown
    for (let count = 0; count < 200 && refusal === undefined; count += 1)
      await append(`until it is full ${round}`).catch((error: unknown) => {
        refusal = error
      })
    expect(QuittanceError.is(refusal, 'STORE_FULL') && refusal.details.outcome).toBe('absent')
    // it stays so, and reading goes on
    await expect(append('still full')).rejects.toMatchObject({ code: 'STORE_FULL' })
    await holds(dir, acknowledged)
    await release()
    for (let count = 0; count < 10; count += 1) await append(`there is room again ${round}`)
    await holds(dir, acknowledged)
  }
  expect(acknowledged.length).toBeGreaterThan(20)
}

let writer: Bundle
let descriptors: Bundle
beforeAll(async () => {
  ;[writer, descriptors] = await Promise.all([bundled('commanded'), bundled('descriptors')])
  // another user is to run it
  await chmod(join(writer.file, '..'), 0o755)
})
afterAll(() => Promise.all([writer.remove(), descriptors.remove()]))

const canMount = isRoot && process.platform === 'linux' && spawnSync('unshare', ['-m', 'true']).status === 0

describe('the disk is full', () => {
  // to mount a small disk takes root; the quota below needs nobody's leave
  it.runIf(canMount)(
    'a small disk of its own: STORE_FULL, nothing acknowledged is lost, and it goes on when there is room',
    async () => {
      const disk = await folder()
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status).toBe(0)
      onTestFinished(() => {
        spawnSync('umount', [disk])
      })
      const dir = join(disk, 'receipts')
      const ballast = join(disk, 'ballast')
      await fillsUp(
        dir,
        fileStore(dir, segments),
        async () => {
          const { bavail, bsize } = await statfs(disk)
          await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 500_000)))
        },
        () => rm(ballast),
      )
    },
    60_000,
  )

  it('a quota, which also takes a part of a write: the same', async () => {
    const dir = await folder()
    let left = Number.POSITIVE_INFINITY
    const fs = powerCutFs(dir, undefined, ({ name }) => {
      if (name === 'write') left -= 4_096
      if (name !== 'write' || left > 0) return undefined
      return { code: 'ENOSPC', when: left % 3 === 0 ? 'before' : 'partial' }
    })
    await fillsUp(
      dir,
      fileStoreOn(dir, segments, fs as FileSystem),
      async () => {
        left = 40 * 4_096
      },
      async () => {
        left = Number.POSITIVE_INFINITY
      },
    )
  }, 60_000)
})

describe('there are no more descriptors', () => {
  it('each append is done or refused in clear words, nothing acknowledged is lost, and it goes on when there are some', async () => {
    const dir = await folder()
    const { code, stdout, stderr } = await run('bash', [
      '-c',
      `ulimit -n 64 && exec "${process.execPath}" "${descriptors.file}" "${dir}"`,
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(said.at(-1)).toEqual({ done: true })
    const refused = said.filter((one) => one.refused !== undefined)
    expect(refused.length).toBeGreaterThan(0)
    for (const { refused: code, outcome, reason } of refused) {
      expect(['STORE_IO', 'LEDGER_TIMEOUT']).toContain(code)
      expect(['absent', 'unknown']).toContain(outcome)
      if (code === 'STORE_IO') expect(reason).toBe('EMFILE')
    }
    const store = fileStore(dir)
    onTestFinished(() => store.close())
    const hashes = new Set<unknown>()
    for await (const chainId of store.chains()) {
      await isValid(store, chainId, clock)
      for await (const { receiptHash } of store.read(chainId)) hashes.add(receiptHash)
    }
    for (const { hash } of said.filter((one) => one.acknowledged !== undefined)) expect(hashes.has(hash)).toBe(true)
  }, 60_000)
})

describe('the directory is made read-only while it is written', () => {
  const nobody = 65_534
  // rights hold for everyone but root, and only root can start somebody else
  it.runIf(isRoot)(
    'STORE_PERMISSION where a new file is needed, nothing acknowledged is lost, and it goes on when the rights are back',
    async () => {
      const dir = join(await folder(), 'receipts')
      await chmod(join(dir, '..'), 0o755)
      await mkdir(dir)
      await chown(dir, nobody, nobody)
      const child = await commanded(writer, { dir, store: { segmentBytes: 65_536 }, text: 20_000 }, { uid: nobody })
      const acknowledged: { receiptId: string; receiptHash: string }[] = []
      const codes = new Set<string>()
      const append = async (times: number) => {
        for (let time = 0; time < times; time += 1) {
          const { acknowledged: some, refused } = await child.append(2, 300)
          acknowledged.push(...some.map(({ id, hash }) => ({ receiptId: id, receiptHash: hash })))
          for (const { code } of refused) codes.add(code)
        }
      }
      await append(5)
      expect([...codes]).toEqual([])
      for (const path of [dir, ...(await foldersIn(dir))]) await chmod(path, 0o555)
      await append(8)
      expect([...codes]).toEqual(['STORE_PERMISSION'])
      await holds(dir, acknowledged)
      for (const path of [dir, ...(await foldersIn(dir))]) await chmod(path, 0o755)
      codes.clear()
      await append(5)
      expect([...codes]).toEqual([])
      await child.close()
      await holds(dir, acknowledged)
      expect(acknowledged.length).toBeGreaterThanOrEqual(20)
    },
    60_000,
  )
})

async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(dir, name))
}
