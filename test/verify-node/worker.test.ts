/** The program of a thread: it finds what the calling thread would find, with whatever it is started. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fastestBackend } from '../../src/keys/ed25519/sodium.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { examiner, type Reports, type Task } from '../../src/verify/node/examining.js'
import { threads } from '../../src/verify/node/threads.js'
import type { WorkerStart } from '../../src/verify/node/worker.js'
import { fileOf, lineOfLoose, linesOf, plainChain } from '../verify/support.js'

let dir: string
let task: Task
let expected: Reports
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-worker-'))
  const chain = plainChain(12)
  const forged = { ...chain[5], signature: `ed25519:${'0'.repeat(128)}` }
  const path = join(dir, 'chain.jsonl')
  const lines = linesOf(chain)
  await writeFile(path, fileOf([...lines.slice(0, 5), lineOfLoose(forged), ...lines.slice(6)]))
  await writeFile(join(dir, 'no-library.cjs'), 'module.exports = undefined')
  const range = { path, start: 0, end: 0 }
  const absent = { ...range, path: join(dir, 'absent.jsonl') }
  task = { ranges: [range, absent, range], manner: { itemised: false, leaves: true } }
  expected = structuredClone(examiner(defaultBackend)(task))
})
afterAll(() => rm(dir, { recursive: true }))

async function found(data?: WorkerStart): Promise<readonly Reports[]> {
  const crew = await threads(1, data === undefined ? {} : { data })
  try {
    return await Promise.all([crew.examine(task), crew.examine({ ...task, ranges: [] }), crew.examine(task)])
  } finally {
    await crew.close()
  }
}

test('the calling thread finds one forged signature, and no report of what is not there', () => {
  const codes = expected.map((report) =>
    report?.parts.flatMap(({ examined }) => examined.problems.map(({ code }) => code)),
  )
  expect(codes).toEqual([['SIGNATURE_INVALID'], undefined, ['SIGNATURE_INVALID']])
})

test('a thread finds the same, task by task', async () => {
  expect(await found()).toEqual([expected, [], expected])
  expect(await found({})).toEqual([expected, [], expected])
})

test('a thread whose library is gone finds the same; with one that is another it has nothing to report', async () => {
  const none = expected.map(() => undefined)
  for (const [name, reports] of [
    ['absent.cjs', expected],
    ['no-library.cjs', none],
  ] as const)
    expect(await found({ sodium: { path: join(dir, name), cofactored: false } })).toEqual([reports, [], reports])
})

const backend = await fastestBackend()

// where the optional library is not installed there is nothing to be compared
test.runIf('cofactored' in backend)('a thread with sodium-native finds the same', async () => {
  const path = createRequire(import.meta.url).resolve('sodium-native')
  const cofactored = 'cofactored' in backend && backend.cofactored === true
  expect(await found({ sodium: { path, cofactored } })).toEqual([expected, [], expected])
})
