import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { storeConformance } from '../../src/testing/store-conformance.js'
import { closedAtEnd, collect, refOf, temporaryFolder } from './temporary.js'

describe('fileStore keeps the contract', () => {
  const make = async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quittance-'))
    return {
      store: fileStore(dir),
      reopen: async () => fileStore(dir),
      cleanup: () => rm(dir, { recursive: true }),
    }
  }
  for (const { name, run } of storeConformance(make, { without: ['lease'] })) it(name, run)
})

describe('fileStore', () => {
  it('refuses arguments that are none', () => {
    expect(() => fileStore('')).toThrow(TypeError)
    expect(() => fileStore(1 as never)).toThrow(TypeError)
    expect(() => fileStore('x', { waitForLockMs: -1 })).toThrow(RangeError)
    expect(() => fileStore('x', { waitForLockMs: Number.NaN })).toThrow(RangeError)
    expect(() => fileStore('x', { onNotice: 'x' as never })).toThrow(TypeError)
  })

  it.runIf(process.platform === 'linux')(
    'keeps no more files open than one for each way of use of a chain, and none once it is closed',
    async () => {
      const dir = await temporaryFolder()
      const openFiles = async () => {
        const links = await Promise.all(
          (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
        )
        return links.filter((path) => path.startsWith(dir)).length
      }
      const store = closedAtEnd(fileStore(dir))
      const chains = Array.from({ length: 150 }, (_, index) => testReceipts({ chainId: `tenant-${index}`, count: 2 }))
      for (const [first] of chains) await store.append(first!.chainId, [first!], undefined)
      await Promise.all(chains.map(([first, second]) => store.append(first!.chainId, [second!], refOf(first!))))
      for (const receipts of chains) {
        expect(await store.get(receipts[0]!.chainId, receipts[1]!.receiptId)).toEqual(receipts[1])
        expect(await collect(store.read(receipts[0]!.chainId))).toEqual(receipts)
      }
      expect(await openFiles()).toBeLessThanOrEqual(310)
      expect((await collect(store.chains())).length).toBe(150)
      await store.close()
      expect(await openFiles()).toBe(0)
    },
  )
})
