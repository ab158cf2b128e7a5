import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ReceiptCollector } from '../../src/collector/index.js'
import { type CertifiedKeyOptions, certifiedKey, certifyKeyFile } from '../../src/keys/certified.js'
import { Keyring } from '../../src/keys/keyring.js'
import { localKey } from '../../src/keys/local.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { memoryStore } from '../../src/store/memory.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { verifyChain } from '../../src/verify/chain.js'

let dir: string
const root = localKey({ seed: new Uint8Array(32).fill(7) })
const { keyId: rootId } = await root.signer()
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-certified-'))
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(dir, { recursive: true })
})

const hour = 3_600_000
const certify = (name = 'delegate.json', chains: readonly string[] = ['acme', 'acme/*'], ttlMs = hour) =>
  certifyKeyFile(root, { file: join(dir, name), chains, ttlMs })
const open = (name = 'delegate.json', more: Partial<CertifiedKeyOptions> = {}) =>
  certifiedKey({ file: join(dir, name), ...more })

const emit = async (keys: ReturnType<typeof open>, chainId: string) => {
  const store = memoryStore()
  const ledger = createLedger({
    store,
    keys,
    redactor: false,
    keyring: new Keyring([{ keyId: rootId, uses: ['delegate'] }]),
  })
  for (const n of [1, 2])
    await new ReceiptCollector({ ledger, tenantId: 'acme', chainId })
      .setInput(`in ${n}`)
      .setOutput('out')
      .setAction('allow')
      .emit()
  const lines: string[] = []
  for await (const receipt of store.read(chainId)) lines.push(JSON.stringify(receipt))
  await ledger.close()
  return lines
}

describe('a certified key', () => {
  test('signs a chain that verifies with the root alone, and with no other', async () => {
    await certify()
    const lines = await emit(open(), 'acme/eu')
    const trusted = (keyring: Keyring) =>
      verifyChain(
        lines.map((line) => JSON.parse(line)),
        { keyring },
      )
    expect((await trusted(new Keyring([{ keyId: rootId, uses: ['delegate'] }]))).verdict).toBe('VALID')
    expect((await trusted(new Keyring([rootId]))).verdict).not.toBe('VALID')
    expect((await trusted(new Keyring([{ keyId: rootId, uses: ['delegate'], chains: ['bank'] }]))).verdict).not.toBe(
      'VALID',
    )
  })

  test('names the root as what is to be trusted', async () => {
    await certify()
    const keys = open()
    expect(await keys.publicKeys?.()).toEqual([{ keyId: rootId, uses: ['delegate'], chains: ['acme', 'acme/*'] }])
    await keys.close?.()
  })

  test('is refused for other chains, before its time and after it', async () => {
    await certify()
    const keys = open()
    await expect(keys.signer({ chainId: 'bank' })).rejects.toMatchObject({ code: 'KEY_PERMISSION' })
    const held = await keys.signer({ chainId: 'acme' })
    expect((await held.sign(new Uint8Array(3))).length).toBe(64)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hour })
    await expect(keys.signer()).rejects.toMatchObject({ code: 'KEY_EXPIRED' })
    await expect(held.sign(new Uint8Array(3))).rejects.toMatchObject({ code: 'KEY_EXPIRED' })
    vi.setSystemTime(Date.now() - 2 * hour)
    await expect(open().signer()).rejects.toMatchObject({ code: 'KEY_EXPIRED' })
  })

  test('is followed to the file that was moved into its place ahead of its end, and not before', async () => {
    const first = await certify()
    const keys = open()
    expect((await keys.signer()).keyId).toBe(first.certificate.delegate)
    const second = await certify('next.json', ['acme*'], 24 * hour)
    await rename(join(dir, 'next.json'), join(dir, 'delegate.json'))
    expect((await keys.signer()).keyId).toBe(first.certificate.delegate)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hour * 0.95 })
    expect((await keys.signer()).keyId).toBe(second.certificate.delegate)
    await keys.close?.()
  })

  test('does not give a good key up for a worse one, and says so', async () => {
    const start = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: start })
    const { certificate } = await certify()
    const keys = open()
    const warnings: string[] = []
    keys.onWarning?.(({ code }) => warnings.push(code))
    await keys.signer()
    const otherRoot = localKey({ seed: new Uint8Array(32).fill(8) })
    vi.setSystemTime(start + 2 * hour)
    await certify('early.json')
    vi.setSystemTime(start - hour)
    await certify('expired.json')
    vi.setSystemTime(start)
    await certify('narrow.json', ['acme'], 24 * hour)
    const terms = { file: join(dir, 'other.json'), chains: ['acme', 'acme/*'], ttlMs: 24 * hour }
    await certifyKeyFile(otherRoot, terms)
    let now = start + hour * 0.93
    for (const name of ['early.json', 'expired.json', 'narrow.json', 'other.json']) {
      await rename(join(dir, name), join(dir, 'delegate.json'))
      now += 11_000
      vi.setSystemTime(now)
      expect((await keys.signer()).keyId, name).toBe(certificate.delegate)
    }
    expect(warnings).toEqual(['KEY_EXPIRED', 'KEY_EXPIRED', 'KEY_PERMISSION', 'KEY_PERMISSION'])
    // at its end the file counts as it is
    vi.setSystemTime(start + hour)
    expect((await keys.signer()).delegation?.certificate.root).toBe((await otherRoot.signer()).keyId)
    expect(warnings).toHaveLength(5)
    await keys.close?.()
  })

  test('goes on to its end where the new file is no good', async () => {
    const { certificate } = await certify()
    const keys = open()
    const warnings: string[] = []
    keys.onWarning?.(({ code }) => warnings.push(code))
    await keys.signer()
    await writeFile(join(dir, 'delegate.json'), 'half of a fi')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hour * 0.95 })
    for (let asked = 0; asked < 3; asked += 1) expect((await keys.signer()).keyId).toBe(certificate.delegate)
    expect(warnings).toEqual(['KEY_ENCODING'])
    vi.setSystemTime(Date.now() + hour)
    await expect(keys.signer()).rejects.toMatchObject({ code: 'KEY_EXPIRED' })
    await keys.close?.()
    await expect(keys.signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  })

  test('is refused where the certificate was changed, forged, or is that of another key', async () => {
    await certify()
    const text = await readFile(join(dir, 'delegate.json'), 'utf8')
    const value = JSON.parse(text)
    await certify('other.json')
    const other = JSON.parse(await readFile(join(dir, 'other.json'), 'utf8'))
    const wrong = [
      { ...value, certificate: { ...value.certificate, chains: ['*'] } },
      { ...value, certificate: { ...value.certificate, notAfter: '2099-01-01T00:00:00.000Z' } },
      { ...value, certificateSignature: `ed25519:${'0'.repeat(128)}` },
      { ...value, certificateSignature: 'x' },
      { ...value, certificate: { ...value.certificate, chains: 'acme' } },
      { ...value, certificate: { ...value.certificate, uses: ['receipt', 'rotate'] } },
      { ...value, certificate: { ...value.certificate, notBefore: 'today' } },
      { ...value, certificate: undefined },
      { ...value, key: undefined },
      { ...value, key: other.key },
      { ...value, key: 'not a key' },
      [],
    ]
    const seed = value.key.split('\n')[1]
    for (const [index, content] of wrong.entries()) {
      await writeFile(join(dir, 'wrong.json'), JSON.stringify(content), { mode: 0o600 })
      const error = await open('wrong.json')
        .signer()
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
      expect(error, String(index)).toMatchObject({ code: 'KEY_ENCODING' })
      expect(inspect(error, { depth: 9 })).not.toContain(seed)
    }
  })

  test('keeps to the rules of key files', async () => {
    await certify()
    expect((await stat(join(dir, 'delegate.json'))).mode & 0o777).toBe(0o600)
    await expect(certify()).rejects.toMatchObject({ code: 'KEY_FILE_EXISTS' })
    await expect(open('absent.json').signer()).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    if (process.platform !== 'win32') {
      await chmod(join(dir, 'delegate.json'), 0o644)
      await expect(open().signer()).rejects.toMatchObject({ code: 'KEY_FILE_PERMISSIONS' })
    }
  })

  test('may be encrypted', async () => {
    await certifyKeyFile(root, { file: join(dir, 'locked.json'), chains: ['acme'], ttlMs: hour, passphrase: 'one two' })
    await expect(open('locked.json').signer()).rejects.toMatchObject({ code: 'KEY_PASSPHRASE' })
    const keys = open('locked.json', { passphrase: 'one two' })
    expect((await keys.signer()).delegation?.certificate.root).toBe(rootId)
    await keys.close?.()
  })

  test('certifies no further key', async () => {
    await certify()
    const options = { file: join(dir, 'deep.json'), chains: ['acme'], ttlMs: hour }
    await expect(certifyKeyFile(open(), options)).rejects.toMatchObject({ code: 'KEY_WRONG_TYPE' })
    await expect(stat(options.file)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('is not made for terms that make no sense', async () => {
    const good = { file: join(dir, 'x.json'), chains: ['acme'], ttlMs: hour }
    for (const change of [
      { chains: [] },
      { chains: ['a//'] },
      { ttlMs: 1 },
      { ttlMs: 32 * 24 * hour },
      { file: '' },
      { ttl: 1 },
    ])
      await expect(certifyKeyFile(root, { ...good, ...change } as never), JSON.stringify(change)).rejects.toThrow(
        /options/,
      )
    await expect(certifyKeyFile({} as never, good)).rejects.toThrow(/root/)
    for (const options of [undefined, {}, { file: 7 }, { file: 'x', create: true }])
      expect(() => certifiedKey(options as never)).toThrow(/options/)
  })
})

describe('conformance', () => {
  const cases = keyProviderConformance(async () => {
    const name = `c-${Math.random().toString(36).slice(2)}.json`
    await certify(name, ['*'])
    return open(name)
  })
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => run())
})
