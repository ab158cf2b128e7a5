/** What it takes to find the end of a file: as little of a large one as of a small one, and nothing stays open. */
import { createHook } from 'node:async_hooks'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endOfFile } from '../../src/verify/node/last-line.js'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-end-of-file-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** What is asked of the file system meanwhile, by the names that Node gives it. */
async function asked<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly kinds: readonly string[] }> {
  const kinds: string[] = []
  const hook = createHook({ init: (_, kind) => void (/^(?:FSREQ|FILEHANDLE)/.test(kind) && kinds.push(kind)) })
  hook.enable()
  try {
    return { result: await act(), kinds }
  } finally {
    hook.disable()
  }
}

async function endOf(name: string, text: string) {
  const file = join(dir, name)
  await writeFile(file, text)
  return asked(() => endOfFile(file))
}

const line = `${'x'.repeat(99)}\n`

test('of a file of 8 MB no more is read than of one of half a MB, with or without a torn line behind', async () => {
  const half = await endOf('half', line.repeat(5_000))
  const large = await endOf('large', line.repeat(80_000))
  expect(half.result).toEqual({ last: { text: 'x'.repeat(99), terminated: true }, torn: undefined })
  expect(large).toEqual(half)
  const torn = await endOf('torn', `${line.repeat(80_000)}{"a`)
  expect(torn).toEqual({
    result: { last: { text: 'x'.repeat(99), terminated: true }, torn: { text: '{"a', terminated: false } },
    kinds: half.kinds,
  })
  // opened, looked at, read and closed, once each
  expect(half.kinds.length).toBeLessThanOrEqual(6)
})

test('whatever was opened is closed, also where the whole file has to be read', async () => {
  for (const [name, text] of [
    ['large', line.repeat(5_000)],
    ['small', line],
    ['empty', ''],
    ['one long line', 'x'.repeat(400_000)],
  ] as const) {
    const { kinds } = await endOf(name, text)
    const count = (kind: string) => kinds.filter((one) => one === kind).length
    expect([name, count('FILEHANDLECLOSEREQ')]).toEqual([name, count('FILEHANDLE')])
    expect(count('FILEHANDLE')).toBeGreaterThan(0)
  }
})
