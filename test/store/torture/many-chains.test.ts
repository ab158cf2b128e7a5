import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { fileStore } from '../../../src/store/file.js'
import { run } from '../../support/program.js'
import { type Bundle, bundled } from './bundle.js'
import { scratch } from './world.js'

const CHAINS = Number(process.env.TORTURE_CHAINS ?? 10_000)
/** As many as a process has where nobody raised it. */
const DESCRIPTORS = 1_024

let many: Bundle
beforeAll(async () => {
  many = await bundled('many')
})
afterAll(() => many.remove())

interface Said {
  readonly round: string
  readonly heapMb: number
  readonly rssMb: number
  readonly descriptors: number
  readonly mostDescriptors: number
}

describe('a directory of many chains', () => {
  // what a process has open is counted where Linux says it
  it.runIf(process.platform === 'linux')(
    'appended round robin, closed and opened again: memory and descriptors stay bounded',
    async () => {
      const dir = await mkdtemp(join(scratch(), 'quittance-many-'))
      onTestFinished(() => rm(dir, { recursive: true, force: true }))
      const { code, stdout, stderr } = await run('bash', [
        '-c',
        `ulimit -n ${DESCRIPTORS} && exec "${process.execPath}" --expose-gc "${many.file}" "${dir}" ${CHAINS} 1`,
      ])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const said = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Said)
      const by = new Map(said.map((one) => [one.round, one]))
      const [begin, first, closed, second] = ['begin', '0.0', 'closed 0', '1.0'].map((round) => by.get(round)!) as [
        Said,
        Said,
        Said,
        Said,
      ]
      // handles in use at one time, and those kept for the next; never one a chain
      for (const { mostDescriptors } of said) expect(mostDescriptors).toBeLessThan(DESCRIPTORS / 2)
      expect(closed.descriptors).toBeLessThanOrEqual(begin.descriptors + 4)
      // what is kept of a chain that nobody writes now is small, and let go of when the store is closed
      expect((first.heapMb - begin.heapMb) * 1e6).toBeLessThan(CHAINS * 12_000)
      expect(closed.heapMb - begin.heapMb).toBeLessThan(25)
      expect(second.heapMb).toBeLessThan(first.heapMb * 1.5 + 10)
      const store = fileStore(dir)
      onTestFinished(() => store.close())
      let chains = 0
      for await (const _ of store.chains()) chains += 1
      expect(chains).toBe(CHAINS)
      for (let index = 0; index < CHAINS; index += Math.ceil(CHAINS / 20))
        expect(await store.bounds(`tenant-${index}`)).toEqual({ first: 0, last: 1 })
    },
    300_000,
  )
})
