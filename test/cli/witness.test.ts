/** quittance witness --create: key and state are made together, or not at all. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { runCli } from './run-cli.js'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-witness-'))
})
afterEach(() => rm(cwd, { recursive: true }))

const log = vkeyOf(noteKey('log.example/acme', 'ed25519', new Uint8Array(32).fill(7)))
const given = ['--key', 'w.pem', '--name', 'witness.example/w1', '--state', 'state', '--log', log]

/** Runs it until it serves, and ends it then; one that does not serve ends by itself. */
async function witness(...more: string[]) {
  const ended = new AbortController()
  return runCli(['witness', ...given, '--listen', '127.0.0.1:0', ...more], {
    cwd,
    interrupted: ended.signal,
    onOutput: (name, text) => {
      if (name === 'stdout' && text.includes('http:')) ended.abort()
    },
  })
}

test('a key without a state is refused: it may have cosigned anything', async () => {
  const first = await witness('--create')
  expect(first.code).toBe(0)
  expect(first.stderr).toContain('The private key is in w.pem (mode 0600).')
  const key = await readFile(join(cwd, 'w.pem'), 'utf8')
  // what a unit file leaves in does no harm while all is there
  expect(await witness('--create')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(first.stdout.split('\n')[0] as string),
  })
  await rm(join(cwd, 'state'), { recursive: true })
  const refused = await witness('--create')
  expect([refused.code, refused.stdout]).toEqual([2, ''])
  expect(refused.stderr).toBe(
    'quittance: --create: the key w.pem is there already, and there is no state in state\n' +
      'A witness that lost its state would cosign anything: begin with a new key, and tell the verifiers.\n' +
      'For a first start name a key file that is not there: --create makes it.\n',
  )
  expect(await readdir(cwd)).toEqual(['w.pem'])
  expect(await readFile(join(cwd, 'w.pem'), 'utf8')).toBe(key)
  const json = await witness('--create', '--json')
  expect(JSON.parse(json.stderr).error).toMatchObject({
    code: 'USAGE',
    advice: [expect.any(String), expect.any(String)],
  })
})

test('a state without its key gets a new one: what it has seen counts on', async () => {
  const first = await witness('--create')
  await rm(join(cwd, 'w.pem'))
  const second = await witness('--create')
  expect(second.code).toBe(0)
  expect(second.stdout.split('\n')[0]).not.toBe(first.stdout.split('\n')[0])
})

test('a name with a scheme is refused', async () => {
  const named = await runCli(
    ['witness', '--key', 'w.pem', '--name', 'https://witness.example/w1', '--state', 's', '--log', log],
    { cwd },
  )
  expect([named.code, named.stderr]).toEqual([2, expect.stringContaining('without scheme')])
  expect(await readdir(cwd)).toEqual([])
})

test('public-key takes a file: URL, as every other option that names a key', async () => {
  await runCli(['keygen', 'log.pem'], { cwd })
  const vkey = (file: string) => runCli(['public-key', file, '--format', 'vkey', '--name', 'log.example/acme'], { cwd })
  const byPath = await vkey('log.pem')
  expect(byPath.code).toBe(0)
  expect(await vkey('file:./log.pem')).toEqual(byPath)
  expect((await vkey('file:./absent.pem')).code).toBe(2)
})
