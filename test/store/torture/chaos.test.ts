import { describe, expect, it } from 'vitest'
import { chaos } from './chaos.js'
import { cutEverywhere } from './power-cut.js'

const seed = Number(process.env.TORTURE_SEED ?? 20_260_103)
const runs = 4

describe('calls to the file system fail at random', () => {
  it('with EIO, ENOSPC, EMFILE, EACCES and EINTR, done or not: nothing acknowledged is lost, and it goes on when they stop', async () => {
    let faults = 0
    let acknowledged = 0
    const refused = new Set<string>()
    for (let run = 0; run < runs; run += 1) {
      const found = await chaos(seed + run)
      faults += found.faults
      acknowledged += found.acknowledged
      for (const code of found.refused.keys()) refused.add(code)
      // bytes whose `fsync` failed are never on the disk, however often it is asked again
      const { images } = await cutEverywhere(found.recording, { seed: seed + run, every: 29 })
      expect(images).toBeGreaterThan(0)
    }
    expect(faults).toBeGreaterThan(runs * 5)
    expect(acknowledged).toBeGreaterThan(runs * 5)
    expect([...refused]).toEqual(expect.arrayContaining(['STORE_IO', 'STORE_FULL', 'STORE_PERMISSION']))
  }, 300_000)
})
