import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundled } from './bundle.js'
import { type Stop, stopBefore } from './stopped.js'

/** Some of the calls of an append, a state value, an erasure, a rotation and a prune; all of them are in the long form. */
const CALLS = [15, 22, 30, 38, 54, 62, 70, 78, 94, 102, 118, 126]

let stopping: Bundle
beforeAll(async () => {
  stopping = await bundled('stopping')
})
afterAll(() => stopping.remove())

describe('a writer is stopped right before a call to the file system, replaced, and makes the call when it is woken', () => {
  it.runIf(process.platform !== 'win32')(
    'it changes nothing that anybody reads, and nothing of what it does is acknowledged',
    async () => {
      const stops = await stopBefore(CALLS, stopping)
      expect(stops.map(({ call }) => call)).toEqual(CALLS)
      const those = (which: (stop: Stop) => boolean) => stops.filter(which)
      expect(those(({ changes }) => changes.length > 0)).toEqual([])
      expect(those(({ acknowledged }) => acknowledged > 0)).toEqual([])
      expect(those(({ left }) => left.length > 0)).toEqual([])
      // that many calls there were
      expect(those(({ name }) => name !== undefined).length).toBeGreaterThan(CALLS.length - 3)
    },
    120_000,
  )
})
