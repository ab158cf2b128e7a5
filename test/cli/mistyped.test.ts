/** A store URL with a slip in it is no path, and its password is not told to the terminal. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testReceiptKeyId } from '../../src/testing/receipts.js'
import { runCli } from './run-cli.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-mistyped-'))
  await mkdir(join(dir, 'receipts'))
})
afterEach(() => rm(dir, { recursive: true }))

const trusted = ['--trust', testReceiptKeyId()]
const commands: readonly (readonly [string, (text: string) => readonly string[]])[] = [
  ['head', (text) => ['head', text, '--all']],
  ['verify', (text) => ['verify', text, ...trusted]],
  ['verify --json', (text) => ['verify', text, ...trusted, '--json']],
  ['inspect', (text) => ['inspect', text]],
  ['health', (text) => ['health', text]],
  ['copy from', (text) => ['copy', text, './receipts', ...trusted]],
  ['copy to', (text) => ['copy', './receipts', text, ...trusted]],
]
const slips = [
  'redis:us:S3cr3t@h:1',
  'rediss;//us:S3cr3t@h',
  'redis//us:S3cr3t@h',
  'REDIS:/us:S3cr3t@h',
  ' redis://us:S3cr3t@h',
]

test.each(commands)('%s refuses a Redis URL with a slip, and repeats nothing of it', async (_, args) => {
  for (const slip of [...slips, 'redis.us:S3cr3t@h', 'redis+cluster:us:S3cr3t@h', 'redis:S3cr3t']) {
    const { code, stdout, stderr } = await runCli(args(slip), { cwd: dir })
    expect({ slip, code, stdout }).toEqual({ slip, code: 2, stdout: '' })
    expect(stderr).toContain('STORE_URL')
    expect(stderr).toContain('malformed')
    expect(stderr).not.toMatch(/S3cr3t|us/)
  }
  expect(await readdir(dir)).toEqual(['receipts'])
})

test.each(commands.slice(0, 4))('%s shows of a path that it can not read nothing before an @', async (_, args) => {
  for (const path of ['rdis:us:S3cr3t@h:1', 'us:S3cr3t@x@h:1', 'file:./us:S3cr3t@h:1']) {
    const { code, stderr } = await runCli(args(path), { cwd: dir })
    expect(code).toBe(2)
    expect(stderr).toContain('***@h:1')
    expect(stderr).not.toContain('S3cr3t')
  }
})

test('copy, too, from a directory that is not there', async () => {
  const { stderr } = await runCli(['copy', 'rdis:us:S3cr3t@h:1', './to', ...trusted], { cwd: dir })
  expect(stderr).toContain('there is no such directory (***@h:1) [STORE_URL]')
})

test('a directory may begin with redis', async () => {
  for (const name of ['redis', 'redis-data', 'redis.d', 'rediss', 'redis_1']) {
    await mkdir(join(dir, name))
    expect(await runCli(['copy', name, './to', ...trusted], { cwd: dir })).toMatchObject({
      // nothing is there: INCOMPLETE
      code: 3,
      stderr: 'there is no chain\n',
    })
  }
})
