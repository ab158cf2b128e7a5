import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endOfChunks, endOfFile } from '../../src/verify/node/last-line.js'

let file: string
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-last-line-'))
  file = join(dir, 'lines.jsonl')
})
afterAll(() => rm(dir, { recursive: true }))

async function* once(bytes: Uint8Array) {
  yield bytes
}

const line = (length: number) => `${'x'.repeat(length)}\n`

test('the end of a file is that of its bytes read from the start, whatever its lines', async () => {
  const length = fc.oneof(fc.nat(50), fc.nat(400_000), fc.constantFrom(131_071, 131_072, 131_073, 262_145, 262_146))
  await fc.assert(
    fc.asyncProperty(fc.array(length, { maxLength: 6 }), fc.boolean(), async (lengths, ended) => {
      const text = lengths.map(line).join('')
      const bytes = Buffer.from(ended ? text : text.slice(0, -1))
      await writeFile(file, bytes)
      expect(await endOfFile(file)).toEqual(await endOfChunks(once(bytes)))
    }),
    { numRuns: 60 },
  )
})

test('a large file is not read whole: what stands at its start does not count', async () => {
  await writeFile(file, Buffer.concat([Buffer.alloc(5_000_000, 0xff), Buffer.from(`\n${line(10)}`)]))
  expect(await endOfFile(file)).toEqual({ last: { text: 'xxxxxxxxxx', terminated: true }, torn: undefined })
})

test('a file that is not there is VERIFY_INPUT', async () => {
  await expect(endOfFile(join(dir, 'absent'))).rejects.toMatchObject({ code: 'VERIFY_INPUT' })
})
