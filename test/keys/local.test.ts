import { execFileSync, spawn } from 'node:child_process'
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ErrorCode, QuittanceError } from '../../src/errors.js'
import { didKey } from '../../src/keys/did-key.js'
import { admitKey } from '../../src/keys/ed25519/admission.js'
import { verifySignature } from '../../src/keys/ed25519/verify.js'
import { generateKeyFile, type LocalKeyOptions, localKey, readPublicKey } from '../../src/keys/local.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { publicKeyPem } from '../../src/keys/public-key.js'
import { toHex, utf8 } from '../../src/primitives/bytes.js'
import { rfc8032 } from './rfc8032.js'

// The keys here are those of RFC 8032: everyone has them, and nothing else is signed with them.
const { seed, publicKey, message, signature } = rfc8032[1]!
const keyId = didKey(publicKey)
const hexSeed = toHex(seed)
const base64Seed = Buffer.from(seed).toString('base64')
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  format: 'der',
  type: 'pkcs8',
})
const passphrase = 'a passphrase for this test'
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const encryptedPem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()
// `openssl pkcs8 -topk8 -scrypt` of the seed of TEST 1, passphrase "correct-horse".
const scryptPem = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAij3rAZuJAsjAICQAAC
AQgCAQEwHQYJYIZIAWUDBAEqBBAwP90fm81YnVJhKs1Z8ReOBEBio8ENCBcWnHxP
eGuOiAJ51a4JgelCIG0/L9e4chcyMPvLCThtgUMVleYRLa22ulG0BPjy3TXNlzXx
mSDfqQYR
-----END ENCRYPTED PRIVATE KEY-----
`

const posix = process.platform !== 'win32'
let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quittance-keys-'))
  file = join(folder, 'receipts.key.pem')
  for (const name of ['', '_FILE', '_PASSPHRASE']) vi.stubEnv(`QUITTANCE_SIGNING_KEY${name}`, undefined)
  vi.stubEnv('QUITTANCE_ENV', undefined)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const put = async (text: string, mode = 0o600): Promise<void> => {
  await writeFile(file, text)
  await chmod(file, mode)
}

/** Every way in which a value could be shown, with what hangs on it. */
const shown = (value: unknown): string => {
  const cause = (value as { cause?: unknown } | undefined)?.cause
  return [
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(value, Object.getOwnPropertyNames(Object(value))) ?? '',
    String(value),
    String((value as { stack?: unknown } | undefined)?.stack),
    cause === undefined ? '' : shown(cause),
  ].join('\n')
}

const secrets = [
  hexSeed,
  base64Seed.slice(0, 43),
  Buffer.from(seed).toString('base64url'),
  [...seed.slice(0, 8)].join(', '),
  toHex(seed.slice(0, 8)).replaceAll(/(..)(?!$)/g, '$1 '),
  ...[pem, encryptedPem, scryptPem].map((text) => text.split('\n')[1]!),
  passphrase,
  'correct-horse',
]

const expectNoSecret = (value: unknown): void => {
  // Numbers are shown in columns, so white space is made even.
  const text = shown(value).replaceAll(/\s+/g, ' ')
  for (const secret of secrets) expect(text.includes(secret)).toBe(false)
}

const rejection = async (from: Promise<unknown>): Promise<QuittanceError> => {
  const error = await from.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  )
  if (!QuittanceError.is(error)) throw error
  expectNoSecret(error)
  return error
}

const codeOf = async (options: LocalKeyOptions): Promise<ErrorCode> =>
  (await rejection(localKey(options).signer())).code

const expectToSign = async (keys: KeyProvider, id = keyId): Promise<void> => {
  const signer = await keys.signer()
  expect(signer.keyId).toBe(id)
  const { key } = admitKey(signer.keyId)
  for (const made of [await signer.sign(utf8('m')), signer.signSync?.(utf8('m'))]) {
    expect(verifySignature(key!, utf8('m'), made!)).toBe(true)
  }
}

describe('localKey', () => {
  it('signs as RFC 8032 says, from a seed in every form', async () => {
    for (const form of [
      seed,
      hexSeed,
      hexSeed.toUpperCase(),
      base64Seed,
      base64Seed.slice(0, 43),
      `\n${base64Seed}\n`,
    ]) {
      const signer = await localKey({ seed: form }).signer()
      expect(signer.keyId).toBe(keyId)
      expect(toHex(await signer.sign(message))).toBe(toHex(signature))
      expect(toHex(signer.signSync!(message))).toBe(toHex(signature))
    }
    const urlSafe = Buffer.alloc(32, 0xfb)
    await expectToSign(
      localKey({ seed: urlSafe.toString('base64url') }),
      (await localKey({ seed: urlSafe }).signer()).keyId,
    )
  })

  it('signs the same bytes with libsodium, from every source', async () => {
    for (const source of [{ seed }, { pem }, { pem: encryptedPem, passphrase }]) {
      const keys = localKey({ ...source, backend: 'sodium' })
      const signer = await keys.signer()
      expect(signer.keyId).toBe(keyId)
      expect(toHex(await signer.sign(utf8('m')))).toBe(toHex(await (await localKey(source).signer()).sign(utf8('m'))))
      await keys.close?.()
      await expect(signer.sign(utf8('m'))).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    }
    await expectToSign(
      localKey({ pem: scryptPem, passphrase: 'correct-horse', backend: 'sodium' }),
      didKey(rfc8032[0]!.publicKey),
    )
    expect(() => localKey({ seed, backend: 'fast' } as never)).toThrow(TypeError)
  })

  it('copies the seed at the call', async () => {
    const given = Uint8Array.from(seed)
    const keys = localKey({ seed: given })
    given.fill(0)
    await expectToSign(keys)
  })

  it('signs with a PEM, plain and encrypted', async () => {
    await expectToSign(localKey({ pem }))
    await expectToSign(localKey({ pem: pem.replaceAll('\n', '\r\n') }))
    await expectToSign(localKey({ pem: encryptedPem, passphrase }))
    await expectToSign(localKey({ pem: scryptPem, passphrase: 'correct-horse' }), didKey(rfc8032[0]!.publicKey))
  })

  it('makes its signature verify with node:crypto alone', async () => {
    const made = await (await localKey({ pem }).signer()).sign(utf8('quittance/1 receipt\n'))
    expect(verify(null, utf8('quittance/1 receipt\n'), createPublicKey(publicKeyPem(publicKey)), made)).toBe(true)
  })

  it('says which keys it has, and that a key is ephemeral', async () => {
    const keys = localKey({ seed })
    expect(await keys.publicKeys?.()).toEqual([{ keyId }])
    expect(keys.ephemeral).toBeUndefined()
    expect(localKey({ ephemeral: true }).ephemeral).toBe(true)
  })

  it('makes another ephemeral key each time, and keeps it', async () => {
    const [a, b] = [localKey({ ephemeral: true }), localKey({ ephemeral: true })]
    const { keyId: first } = await a.signer()
    await expectToSign(a, first)
    expect((await b.signer()).keyId).not.toBe(first)
  })

  it('opens the key once for many callers', async () => {
    const keys = localKey({ ephemeral: true })
    const signers = await Promise.all(Array.from({ length: 20 }, () => keys.signer({ chainId: 'acme' })))
    expect(new Set(signers).size).toBe(1)
  })

  it('does nothing before the first signer', async () => {
    const keys = localKey({ file, create: true })
    await new Promise((resolve) => setImmediate(resolve))
    expect(await readdir(folder)).toEqual([])
    await keys.signer()
    expect(await readdir(folder)).toEqual(['receipts.key.pem'])
  })

  it('tries a failed opening again', async () => {
    const keys = localKey({ file })
    expect((await rejection(keys.signer())).code).toBe('KEY_NOT_FOUND')
    await put(pem)
    await expectToSign(keys)
  })

  it('rejects with the reason of an aborted signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    const keys = localKey({ seed })
    await expect(keys.signer({ signal })).rejects.toThrow('enough')
    await expect((await keys.signer()).sign(message, { signal })).rejects.toThrow('enough')
  })

  it('does not sign what is not bytes, nor quote it', async () => {
    const signer = await localKey({ seed }).signer()
    const wrong = 'jane@example.org' as unknown as Uint8Array
    await expect(signer.sign(wrong)).rejects.toThrow(new TypeError('message must be a Uint8Array'))
    expect(() => signer.signSync!(wrong)).toThrow(new TypeError('message must be a Uint8Array'))
  })
})

describe('close', () => {
  it('ends the provider and the signers that it gave', async () => {
    const keys = localKey({ seed })
    const signer = await keys.signer()
    const begun = signer.sign(message)
    await keys.close?.()
    await keys.close?.()
    expect(toHex(await begun)).toBe(toHex(signature))
    expect((await rejection(keys.signer())).code).toBe('KEY_UNAVAILABLE')
    expect((await rejection(signer.sign(message))).code).toBe('KEY_UNAVAILABLE')
    expect((await rejection(keys.publicKeys!())).code).toBe('KEY_UNAVAILABLE')
    expect(() => signer.signSync!(message)).toThrow(expect.objectContaining({ code: 'KEY_UNAVAILABLE' }))
  })

  it('wins over an opening under way, from every source', async () => {
    await put(pem)
    for (const options of [{ seed }, { pem }, { file }, { ephemeral: true }] as const) {
      const keys = localKey(options)
      const opening = rejection(keys.signer())
      await keys.close?.()
      expect((await opening).code).toBe('KEY_UNAVAILABLE')
    }
  })

  it('before the first signer leaves nothing to open', async () => {
    const keys = localKey({ file, create: true })
    await keys.close?.()
    expect((await rejection(keys.signer())).code).toBe('KEY_UNAVAILABLE')
    expect(await readdir(folder)).toEqual([])
  })
})

describe('the options', () => {
  it.each<[string, unknown]>([
    ['options', undefined],
    ['options', null],
    ['options', 'key.pem'],
    ['exactly one', {}],
    ['exactly one', { production: true }],
    ['exactly one', { seed, pem }],
    ['exactly one', { file: 'a', env: true }],
    ['options.file', { file: '' }],
    ['options.file', { file: 5 }],
    ['options.create', { file: 'a', create: 'yes' }],
    ['options.create', { pem, create: true }],
    ['options.passphrase', { file: 'a', passphrase: '' }],
    ['options.passphrase', { pem, passphrase: 5 }],
    ['options.passphrase', { seed, passphrase }],
    ['options.passphrase', { env: true, passphrase }],
    ['options.pem', { pem: '' }],
    ['options.pem', { pem: Buffer.from(pem) }],
    ['options.seed', { seed: seed.slice(1) }],
    ['options.seed', { seed: new Uint8Array(64) }],
    ['options.seed', { seed: [...seed] }],
    ['options.seed', { seed: seed.buffer }],
    ['options.seed', { seed: '' }],
    ['options.seed', { seed: hexSeed.slice(1) }],
    ['options.seed', { seed: `${hexSeed}00` }],
    ['options.seed', { seed: `0x${hexSeed}` }],
    ['options.seed', { seed: `${base64Seed}=` }],
    ['options.seed', { seed: base64Seed.slice(0, 42) }],
    ['options.seed', { seed: `${base64Seed.slice(0, 42)}/` }],
    ['options.seed', { seed: `+-${base64Seed.slice(2)}` }],
    ['options.seed', { seed: pem }],
    ['options.env', { env: false }],
    ['options.env', { env: 'yes' }],
    ['options.ephemeral', { ephemeral: false }],
    ['options.production', { seed, production: 'yes' }],
    ['options.passphrse', { file: 'a', passphrse: passphrase }],
  ])('name %s when it is wrong', (name, options) => {
    let thrown: unknown
    try {
      localKey(options as LocalKeyOptions)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(TypeError)
    expect((thrown as TypeError).message).toContain(name)
    expectNoSecret(thrown)
  })

  it.each<[string, { production?: boolean }, string | undefined]>([
    ['production: true', { production: true }, undefined],
    ['QUITTANCE_ENV', {}, 'production'],
    ['QUITTANCE_ENV whatever the option', { production: false }, 'production'],
    ['QUITTANCE_ENV in other letters', {}, ' Production '],
  ])('refuse an ephemeral key by %s', (_, options, environment) => {
    vi.stubEnv('QUITTANCE_ENV', environment)
    expect(() => localKey({ ephemeral: true, ...options })).toThrow(expect.objectContaining({ code: 'KEY_EPHEMERAL' }))
  })

  it('let other keys be used in production, and ephemeral ones elsewhere', async () => {
    vi.stubEnv('QUITTANCE_ENV', 'production')
    await expectToSign(localKey({ seed, production: true }))
    vi.stubEnv('QUITTANCE_ENV', 'test')
    expect(localKey({ ephemeral: true, production: false }).ephemeral).toBe(true)
  })
})

describe('a PEM', () => {
  const pkcs8 = (type: 'x25519' | 'ed448'): string =>
    generateKeyPairSync(type as 'x25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

  it.each<[string, string]>([
    ['of X25519', pkcs8('x25519')],
    ['of Ed448', pkcs8('ed448')],
    ['of P-256', ec.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['of P-256 in SEC1', ec.export({ type: 'sec1', format: 'pem' }).toString()],
    ['of a public key', publicKeyPem(publicKey)],
    ['of two keys', pem + pem],
    ['behind other text', `my key\n${pem}`],
    ['cut off', pem.slice(0, 60)],
    ['without content', '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n'],
    ['of OpenSSH', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n-----END OPENSSH PRIVATE KEY-----\n'],
    ['that is none', 'hello'],
  ])('%s is refused', async (_, text) => {
    expect(await codeOf({ pem: text })).toBe('KEY_ENCODING')
  })

  it('with the wrong passphrase, none, or one too many is refused', async () => {
    expect(await codeOf({ pem: encryptedPem })).toBe('KEY_PASSPHRASE')
    expect(await codeOf({ pem: encryptedPem, passphrase: 'wrong' })).toBe('KEY_PASSPHRASE')
    expect(await codeOf({ pem: scryptPem, passphrase: `${passphrase} ` })).toBe('KEY_PASSPHRASE')
    expect(await codeOf({ pem, passphrase })).toBe('KEY_PASSPHRASE')
  })

  it('that was encrypted and damaged is refused, not read as another key', async () => {
    const damaged = encryptedPem.replace(/[A-Za-z](?=[^\n]*\n-----END)/, (letter) => (letter === 'A' ? 'B' : 'A'))
    expect(damaged).not.toBe(encryptedPem)
    expect(await codeOf({ pem: damaged, passphrase })).toBe('KEY_PASSPHRASE')
  })
})

describe('a key file', () => {
  it('is used, encrypted too', async () => {
    await put(pem)
    await expectToSign(localKey({ file }))
    await put(encryptedPem)
    await expectToSign(localKey({ file, passphrase }))
    const error = await rejection(localKey({ file }).signer())
    expect([error.code, error.details.file]).toEqual(['KEY_PASSPHRASE', file])
  })

  it('is named absolutely, as the path was at the call', async () => {
    const missing = await rejection(localKey({ file: relative(process.cwd(), file) }).signer())
    expect([missing.code, missing.details]).toEqual(['KEY_NOT_FOUND', { file, reason: 'ENOENT' }])
  })

  it.runIf(posix)('is refused when group or others have any access', async () => {
    for (const mode of [0o640, 0o620, 0o604, 0o602, 0o644, 0o660, 0o666, 0o610, 0o777, 0o440]) {
      await put(pem, mode)
      const error = await rejection(localKey({ file }).signer())
      expect([mode, error.code, error.details.file]).toEqual([mode, 'KEY_FILE_PERMISSIONS', file])
      expect(error.message).toContain('chmod 600')
      // With create, the file that is there counts too.
      expect((await rejection(localKey({ file, create: true }).signer())).code).toBe('KEY_FILE_PERMISSIONS')
    }
    for (const mode of [0o600, 0o400, 0o700]) {
      await put(pem, mode)
      await expectToSign(localKey({ file }))
      await rm(file)
    }
  })

  it.runIf(posix)('behind a symbolic link is judged by its own mode', async () => {
    const link = join(folder, 'link.pem')
    await symlink(file, link)
    await put(pem)
    await expectToSign(localKey({ file: link }))
    await chmod(file, 0o644)
    expect(await codeOf({ file: link })).toBe('KEY_FILE_PERMISSIONS')
  })

  it.runIf(posix)('is not waited for where a pipe stands in its place', async () => {
    execFileSync('mkfifo', ['-m', '600', file])
    expect(await codeOf({ file })).toBe('KEY_NOT_FOUND')
    expect(await codeOf({ file, create: true })).toBe('KEY_NOT_FOUND')
  })

  it('is not a folder, nor below a file, nor a large file', async () => {
    await mkdir(file, { mode: 0o700 })
    expect(await codeOf({ file })).toMatch(posix ? /^KEY_NOT_FOUND$/ : /^KEY_/)
    await rm(file, { recursive: true })
    await put(pem)
    expect(await codeOf({ file: join(file, 'below.pem') })).toBe('KEY_NOT_FOUND')
    await put(pem + ' '.repeat(64 * 1024))
    expect(await codeOf({ file })).toBe('KEY_ENCODING')
    await put('')
    expect(await codeOf({ file })).toBe('KEY_ENCODING')
    // An unreadable key is never taken for a missing one.
    expect(await codeOf({ file, create: true })).toBe('KEY_ENCODING')
    expect(await readFile(file, 'utf8')).toBe('')
  })

  it('with a nul in its path can not be opened', async () => {
    expect(await codeOf({ file: `${file}\0` })).toBe('KEY_UNAVAILABLE')
  })
})

describe('create', () => {
  it('makes a private file that the next provider reads', async () => {
    const { keyId: made } = await localKey({ file, create: true }).signer()
    const stats = await stat(file)
    if (posix) expect(stats.mode & 0o777).toBe(0o600)
    expect(stats.nlink).toBe(1)
    await expectToSign(localKey({ file }), made)
    await expectToSign(localKey({ file, create: true }), made)
    expect(await readdir(folder)).toEqual(['receipts.key.pem'])
  })

  it('encrypts it under a passphrase', async () => {
    const { keyId: made } = await localKey({ file, create: true, passphrase }).signer()
    expect(await readFile(file, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/)
    await expectToSign(localKey({ file, passphrase }), made)
    expect(await codeOf({ file })).toBe('KEY_PASSPHRASE')
  })

  it('makes no folder', async () => {
    expect(await codeOf({ file: join(folder, 'none', 'key.pem'), create: true })).toBe('KEY_NOT_FOUND')
    expect(await readdir(folder)).toEqual([])
  })

  it.runIf(posix)('does not follow a link to nowhere', async () => {
    await symlink(join(folder, 'nowhere.pem'), file)
    expect(await codeOf({ file, create: true })).toBe('KEY_NOT_FOUND')
    expect(await readdir(folder)).toEqual(['receipts.key.pem'])
  })

  it('ends in one key for many at once in one process', async () => {
    const made = await Promise.all(
      Array.from({ length: 16 }, async () => (await localKey({ file, create: true }).signer()).keyId),
    )
    expect(new Set(made).size).toBe(1)
    expect(await readdir(folder)).toEqual(['receipts.key.pem'])
  })

  it('ends in one key for several processes', async () => {
    const script = fileURLToPath(new URL('./create-key-child.ts', import.meta.url))
    const children = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, ['--import', 'tsx', script, file], { stdio: ['pipe', 'pipe', 'inherit'] })
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
        expect((await lines.next()).value).toBe('ready')
        return { child, lines }
      }),
    )
    for (const { child } of children) child.stdin.end('go\n')
    const made = await Promise.all(children.map(async ({ lines }) => (await lines.next()).value as string))
    expect(made[0]).toMatch(/^did:key:z6Mk/)
    expect(new Set(made).size).toBe(1)
    expect(didKey(await readPublicKey(file))).toBe(made[0])
    expect(await readdir(folder)).toEqual(['receipts.key.pem'])
  }, 30_000)
})

describe('generateKeyFile and readPublicKey', () => {
  it('make a key and read its public half', async () => {
    const made = await generateKeyFile(file)
    expect(made.file).toBe(file)
    if (posix) expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(didKey(await readPublicKey(file))).toBe(made.keyId)
    await expectToSign(localKey({ file }), made.keyId)
  })

  it('encrypt under a passphrase', async () => {
    const made = await generateKeyFile(file, { passphrase })
    expect(didKey(await readPublicKey(file, { passphrase }))).toBe(made.keyId)
    expect((await rejection(readPublicKey(file))).code).toBe('KEY_PASSPHRASE')
  })

  it('never overwrite, whatever stands there', async () => {
    await put('something else', 0o644)
    const error = await rejection(generateKeyFile(file))
    expect([error.code, error.details.file]).toEqual(['KEY_FILE_EXISTS', file])
    expect(await readFile(file, 'utf8')).toBe('something else')
    await rm(file)
    await mkdir(file)
    expect((await rejection(generateKeyFile(file))).code).toBe('KEY_FILE_EXISTS')
    await rm(file, { recursive: true })
    if (posix) {
      await symlink(join(folder, 'nowhere.pem'), file)
      expect((await rejection(generateKeyFile(file))).code).toBe('KEY_FILE_EXISTS')
    }
    expect((await readdir(folder)).filter((name) => name !== 'receipts.key.pem')).toEqual([])
  })

  it('let one of many win', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => generateKeyFile(file)))
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.keyId] : []))
    expect(won).toEqual([didKey(await readPublicKey(file))])
    for (const result of results) {
      if (result.status === 'rejected') expect(QuittanceError.is(result.reason, 'KEY_FILE_EXISTS')).toBe(true)
    }
  })

  it('read a public key file that everyone may read', async () => {
    await put(publicKeyPem(publicKey), 0o644)
    expect(await readPublicKey(file)).toEqual(publicKey)
  })

  it.runIf(posix)('read no private key that others may read', async () => {
    await put(pem, 0o644)
    expect((await rejection(readPublicKey(file))).code).toBe('KEY_FILE_PERMISSIONS')
  })

  it('name a wrong argument', async () => {
    await expect(generateKeyFile('')).rejects.toThrow(TypeError)
    await expect(generateKeyFile(file, { passphrase: '' })).rejects.toThrow(TypeError)
    await expect(readPublicKey(5 as unknown as string)).rejects.toThrow(TypeError)
    expect((await rejection(generateKeyFile(join(folder, 'none', 'a.pem')))).code).toBe('KEY_NOT_FOUND')
    expect((await rejection(readPublicKey(file))).code).toBe('KEY_NOT_FOUND')
  })
})

describe('the environment', () => {
  const set = (name: '' | '_FILE' | '_PASSPHRASE', value: string): void => {
    vi.stubEnv(`QUITTANCE_SIGNING_KEY${name}`, value)
  }

  it.each<[string, string]>([
    ['hex', hexSeed],
    ['base64', base64Seed],
    ['PEM', pem],
    ['PEM on one line', pem.trim().replaceAll('\n', '\\n')],
    ['text with white space', ` ${hexSeed}\n`],
  ])('gives the key as %s', async (_, value) => {
    set('', value)
    await expectToSign(localKey({ env: true }))
  })

  it('gives an encrypted key with its passphrase', async () => {
    set('', encryptedPem)
    expect(await codeOf({ env: true })).toBe('KEY_PASSPHRASE')
    set('_PASSPHRASE', passphrase)
    await expectToSign(localKey({ env: true }))
  })

  it('gives a file, under the rules for files', async () => {
    await put(encryptedPem)
    set('_FILE', file)
    set('_PASSPHRASE', passphrase)
    await expectToSign(localKey({ env: true }))
    set('_PASSPHRASE', 'wrong')
    expect(await codeOf({ env: true })).toBe('KEY_PASSPHRASE')
    if (posix) {
      await chmod(file, 0o644)
      expect(await codeOf({ env: true })).toBe('KEY_FILE_PERMISSIONS')
    }
    set('_FILE', join(folder, 'none.pem'))
    expect(await codeOf({ env: true })).toBe('KEY_NOT_FOUND')
  })

  it('is read at the first signer', async () => {
    const keys = localKey({ env: true })
    set('', hexSeed)
    await expectToSign(keys)
  })

  it('with nothing, empty values or too much in it is refused', async () => {
    expect(await codeOf({ env: true })).toBe('KEY_NOT_FOUND')
    set('', '')
    set('_FILE', '')
    expect(await codeOf({ env: true })).toBe('KEY_NOT_FOUND')
    set('', hexSeed)
    set('_FILE', file)
    expect(await codeOf({ env: true })).toBe('KEY_AMBIGUOUS')
  })

  it('with a passphrase for a key that is not encrypted is refused', async () => {
    set('_PASSPHRASE', passphrase)
    set('', hexSeed)
    expect(await codeOf({ env: true })).toBe('KEY_PASSPHRASE')
    set('', pem)
    expect(await codeOf({ env: true })).toBe('KEY_PASSPHRASE')
  })

  it.each([`${hexSeed}0`, 'changeme', publicKeyPem(publicKey)])(
    'with what is no key is refused: %.20s',
    async (value) => {
      set('', value)
      expect(await codeOf({ env: true })).toBe('KEY_ENCODING')
    },
  )
})

describe('the private key', () => {
  it('would be found by these tests if it showed', () => {
    for (const leak of [seed, Buffer.from(seed), { a: { b: [hexSeed] } }, new Error('x', { cause: new Error(pem) })]) {
      expect(() => expectNoSecret(leak)).toThrow()
    }
  })

  const sources = (): LocalKeyOptions[] => [
    { seed },
    { seed: hexSeed },
    { pem },
    { pem: encryptedPem, passphrase },
    { file, passphrase },
    { env: true },
  ]

  it('shows in no provider and no signer, before and after use', async () => {
    await put(encryptedPem)
    vi.stubEnv('QUITTANCE_SIGNING_KEY', hexSeed)
    for (const options of sources()) {
      const keys = localKey(options)
      expectNoSecret(keys)
      const signer = await keys.signer()
      await signer.sign(message)
      for (const value of [keys, signer, await keys.publicKeys?.()]) expectNoSecret(value)
      expect(JSON.parse(JSON.stringify(signer))).toEqual({ keyId })
      expect(JSON.parse(JSON.stringify(keys))).toEqual({ name: 'local' })
      expect(Object.isFrozen(keys) && Object.isFrozen(signer)).toBe(true)
      let cloned: unknown
      try {
        cloned = structuredClone(signer)
      } catch (error) {
        cloned = error
      }
      expect(cloned).toBeInstanceOf(DOMException)
      expectNoSecret(cloned)
      await keys.close?.()
      expectNoSecret(keys)
    }
  })
})
