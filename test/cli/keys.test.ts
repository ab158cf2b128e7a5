import { createPrivateKey, createPublicKey } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { didKey } from '../../src/keys/did-key.js'
import { Keyring } from '../../src/keys/keyring.js'
import { parseVkey } from '../../src/tlog/vkey.js'
import { runCli } from './run-cli.js'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-keys-'))
})
afterEach(() => rm(cwd, { recursive: true }))

const cli = (args: readonly string[], env: Record<string, string> = {}) => runCli(args, { cwd, env })

/** The did:key that OpenSSL's reading of the file gives. */
async function didOf(file: string, passphrase?: string): Promise<string> {
  const pem = await readFile(join(cwd, file), 'utf8')
  const jwk = createPublicKey(createPrivateKey({ key: pem, ...(passphrase ? { passphrase } : {}) })).export({
    format: 'jwk',
  })
  return didKey(Buffer.from(jwk.x as string, 'base64url'))
}

describe('keygen', () => {
  test('makes a key, prints its did:key alone on stdout, and says on stderr where it is', async () => {
    const { code, stdout, stderr } = await cli(['keygen'])
    expect([code, stdout]).toEqual([0, `${await didOf('receipts.key.pem')}\n`])
    expect(stderr).toBe(
      [
        'The private key is in receipts.key.pem (mode 0600, not encrypted). Keep it secret and keep a copy.',
        'Verifiers need only the public key above; "quittance public-key receipts.key.pem --format keyring" writes it as a keyring.',
        '',
      ].join('\n'),
    )
    expect((await stat(join(cwd, 'receipts.key.pem'))).mode & 0o777).toBe(0o600)
  })

  test('never overwrites', async () => {
    await cli(['keygen', 'a.pem'])
    const before = await readFile(join(cwd, 'a.pem'))
    const { code, stdout, stderr } = await cli(['keygen', 'a.pem'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('[KEY_FILE_EXISTS]')
    expect(await readFile(join(cwd, 'a.pem'))).toEqual(before)
    await writeFile(join(cwd, 'empty'), '')
    await symlink('nowhere', join(cwd, 'link'))
    for (const taken of ['empty', 'link', '.']) expect((await cli(['keygen', taken])).code).toBe(2)
    expect(await readFile(join(cwd, 'empty'), 'utf8')).toBe('')
  })

  test('encrypts with the passphrase of a file or of the environment', async () => {
    await writeFile(join(cwd, 'pass'), 'one two three\n')
    const made = await cli(['keygen', 'a.pem', '--passphrase-file', 'pass', '--json'])
    expect(JSON.parse(made.stdout)).toEqual({
      keyId: await didOf('a.pem', 'one two three'),
      file: 'a.pem',
      encrypted: true,
    })
    expect(made.stderr).toBe('')
    const other = await cli(['keygen', 'b.pem'], { QUITTANCE_SIGNING_KEY_PASSPHRASE: 'four' })
    expect(other.stdout).toBe(`${await didOf('b.pem', 'four')}\n`)
    expect(other.stderr).toContain('(mode 0600, encrypted)')
    for (const text of [made.stdout, other.stdout, other.stderr]) expect(text).not.toMatch(/one two|four/)
  })

  test('has no option that takes a passphrase from the command line', async () => {
    const { stdout } = await cli(['keygen', '--help'])
    expect(stdout.match(/--[a-z-]+/g)?.filter((flag) => flag.includes('pass'))).toEqual([
      '--passphrase-file',
      '--passphrase-file',
    ])
    expect((await cli(['keygen', 'a.pem', '--passphrase', 'x'])).code).toBe(2)
  })

  test('refuses a passphrase file that is absent, empty or no passphrase', async () => {
    await writeFile(join(cwd, 'empty'), '\n')
    await writeFile(join(cwd, 'large'), 'x'.repeat(5_000))
    for (const [file, why] of [
      ['absent', 'ENOENT'],
      ['empty', 'empty'],
      ['large', 'too large'],
      ['.', 'EISDIR'],
    ] as const) {
      const { code, stderr } = await cli(['keygen', 'a.pem', '--passphrase-file', file])
      expect([code, stderr]).toEqual([2, expect.stringContaining(why)])
    }
    await expect(stat(join(cwd, 'a.pem'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a folder that is not there is exit 2', async () => {
    const { code, stderr } = await cli(['keygen', 'absent/a.pem'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('[KEY_NOT_FOUND]')])
  })
})

describe('public-key', () => {
  beforeEach(async () => {
    await cli(['keygen', 'a.pem'])
  })
  const formatted = async (format: string) => (await cli(['public-key', 'a.pem', '--format', format])).stdout

  test('prints the did:key, and every other form of the same key', async () => {
    const did = await didOf('a.pem')
    expect((await cli(['public-key', 'a.pem'])).stdout).toBe(`${did}\n`)
    expect(await formatted('did')).toBe(`${did}\n`)
    const pem = await formatted('pem')
    expect(createPublicKey(pem).asymmetricKeyType).toBe('ed25519')
    for (const key of [pem, await formatted('hex'), JSON.parse(await formatted('jwk'))]) {
      expect(Keyring.from(key).entries()).toEqual([{ keyId: did }])
    }
    expect(Keyring.parse(await formatted('keyring')).entries()).toEqual([{ keyId: did }])
    const all = JSON.parse((await cli(['public-key', 'a.pem', '--json'])).stdout)
    expect(all).toEqual({
      keyId: did,
      hex: (await formatted('hex')).trim(),
      pem,
      jwk: JSON.parse(await formatted('jwk')),
    })
  })

  test('writes uses into a keyring, and nowhere else', async () => {
    const { stdout } = await cli(['public-key', 'a.pem', '--format', 'keyring', '--uses', 'receipt,rotate'])
    expect(Keyring.parse(stdout).entries()[0]?.uses).toEqual(['receipt', 'rotate'])
    const wrong = await cli(['public-key', 'a.pem', '--format', 'keyring', '--uses', 'everything'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('[KEYRING_INVALID]')])
    expect((await cli(['public-key', 'a.pem', '--uses', 'receipt'])).code).toBe(2)
    expect((await cli(['public-key', 'a.pem', '--json', '--format', 'pem'])).code).toBe(2)
    expect((await cli(['public-key', 'a.pem', '--format', 'ssh'])).code).toBe(2)
  })

  test('--format vkey is the verifier key of a log, which needs its name', async () => {
    const of = (...more: string[]) => cli(['public-key', 'a.pem', '--format', 'vkey', ...more])
    const { code, stdout } = await of('--name', 'acme.example/decisions')
    expect(code).toBe(0)
    const { name, type, publicKey } = parseVkey(stdout.trimEnd())
    expect([name, type]).toEqual(['acme.example/decisions', 'ed25519'])
    expect(`${didKey(publicKey)}\n`).toBe((await cli(['public-key', 'a.pem'])).stdout)
    for (const wrong of [
      await of(),
      await of('--name', 'with space'),
      await cli(['public-key', 'a.pem', '--name', 'x/y']),
    ])
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--name')])
  })

  test('reads a public key as well', async () => {
    await writeFile(join(cwd, 'public.pem'), await formatted('pem'))
    await chmod(join(cwd, 'public.pem'), 0o644)
    expect((await cli(['public-key', 'public.pem'])).stdout).toBe(`${await didOf('a.pem')}\n`)
  })

  test('never prints the private key', async () => {
    const { d } = createPrivateKey(await readFile(join(cwd, 'a.pem'), 'utf8')).export({ format: 'jwk' })
    const seed = Buffer.from(d as string, 'base64url')
    for (const format of ['did', 'pem', 'jwk', 'hex', 'keyring']) {
      const text = await formatted(format)
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        expect(text).not.toContain(seed.toString(encoding))
    }
  })

  test('opens an encrypted key with its passphrase only', async () => {
    await writeFile(join(cwd, 'pass'), 'one two three\r\n')
    await cli(['keygen', 'locked.pem', '--passphrase-file', 'pass'])
    const did = `${await didOf('locked.pem', 'one two three')}\n`
    expect((await cli(['public-key', 'locked.pem', '--passphrase-file', 'pass'])).stdout).toBe(did)
    expect(
      (await cli(['public-key', 'locked.pem'], { QUITTANCE_SIGNING_KEY_PASSPHRASE: 'one two three' })).stdout,
    ).toBe(did)
    for (const env of [{}, { QUITTANCE_SIGNING_KEY_PASSPHRASE: 'wrong' }]) {
      const { code, stderr } = await cli(['public-key', 'locked.pem'], env)
      expect([code, stderr]).toEqual([2, expect.stringContaining('[KEY_PASSPHRASE]')])
    }
  })

  test.runIf(process.platform !== 'win32')('refuses a private key that others can read', async () => {
    await chmod(join(cwd, 'a.pem'), 0o644)
    const { code, stderr } = await cli(['public-key', 'a.pem'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('[KEY_FILE_PERMISSIONS]')])
  })

  test('what is no key is exit 2', async () => {
    await writeFile(join(cwd, 'text'), 'hello', { mode: 0o600 })
    await mkdir(join(cwd, 'folder'))
    for (const [file, code] of [
      ['text', 'KEY_ENCODING'],
      ['absent', 'KEY_NOT_FOUND'],
      ['folder', 'KEY_NOT_FOUND'],
    ] as const) {
      const found = await cli(['public-key', file, '--json'])
      expect([found.code, found.stdout, JSON.parse(found.stderr).error.code]).toEqual([2, '', code])
    }
  })
})
