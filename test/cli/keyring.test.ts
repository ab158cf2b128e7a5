/** `quittance keyring …` */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { didDocument, keyringFromDidDocument } from '../../src/keys/did-web.js'
import { keyringFromJwks, keyringJwks } from '../../src/keys/jwks.js'
import { Keyring } from '../../src/keys/keyring.js'
import { localKey } from '../../src/keys/local.js'
import { runCli } from './run-cli.js'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-keyring-'))
})
afterEach(() => rm(cwd, { recursive: true }))

const cli = (args: readonly string[], env: Record<string, string> = {}) => runCli(args, { cwd, env })
const ids = await Promise.all(
  [1, 2, 3, 4].map(async (byte) => (await localKey({ seed: new Uint8Array(32).fill(byte) }).signer()).keyId),
)
const [a, b, c, d] = ids as [string, string, string, string]
const write = (name: string, value: unknown) =>
  writeFile(join(cwd, name), typeof value === 'string' ? value : JSON.stringify(value))
const build = (...args: string[]) => cli(['keyring', 'build', ...args])
const built = async (...args: string[]) => {
  const { code, stdout, stderr } = await build(...args)
  expect([code, stderr]).toEqual([0, ''])
  return Keyring.parse(stdout).toJSON().keys
}

describe('keyring build', () => {
  test('collects keys from wherever they are', async () => {
    const keyId = (await cli(['keygen', 'private.pem'])).stdout.trim()
    await write('public.pem', (await cli(['public-key', 'private.pem', '--format', 'pem'])).stdout)
    await write('key.hex', (await cli(['public-key', 'private.pem', '--format', 'hex'])).stdout)
    await write('key.jwk', (await cli(['public-key', 'private.pem', '--format', 'jwk'])).stdout)
    for (const source of ['private.pem', 'public.pem', 'key.hex', 'key.jwk', 'file:./public.pem', keyId])
      expect(await built('--from', source)).toEqual([{ keyId }])
    await write('keyring.json', new Keyring([{ keyId: a, uses: ['rotate'] }]))
    await write(
      'did.json',
      didDocument(new Keyring([{ keyId: b, validUntil: '2027-01-01T00:00:00.000Z' }]), { domain: 'example.com' }),
    )
    await write('jwks.json', keyringJwks(new Keyring([{ keyId: c, chains: ['acme'] }])))
    expect(await built('--from', 'keyring.json', '--from', 'did.json', '--from', 'jwks.json', '--from', d)).toEqual([
      { keyId: a, uses: ['rotate'] },
      { keyId: b, validUntil: '2027-01-01T00:00:00.000Z' },
      { keyId: c, chains: ['acme'] },
      { keyId: d },
    ])
  })

  test('a single JSON Web Key keeps its end, its revocation and its chains', async () => {
    const entry = {
      keyId: a,
      validUntil: '2027-01-01T00:00:00.000Z',
      revokedAt: '2026-03-03T08:00:00.500Z',
      chains: ['acme'],
    }
    const [jwk] = keyringJwks(new Keyring([entry])).keys
    await write('one.jwk.json', jwk)
    expect(await built('--from', 'one.jwk.json')).toEqual([entry])
    await write('plain.jwk.json', { ...jwk, quittanceEntry: undefined })
    const plain = { keyId: a, validUntil: entry.validUntil, revokedAt: '2026-03-03T08:00:00.000Z' }
    expect(await built('--from', 'plain.jwk.json')).toEqual([plain])
    await write('twice.jwk.json', JSON.stringify(jwk).replace('"exp":', '"exp":99999999999,"exp":'))
    expect((await build('--from', 'twice.jwk.json')).stderr).toMatch(/a member twice/)
  })

  test('asks a key URL for its public keys', async () => {
    const root = (await cli(['keygen', 'root.pem'])).stdout.trim()
    await cli(['key', 'delegate', '--key', 'root.pem', '--chains', 'acme', '--out', 'd.json'])
    expect(await built('--from', `certified:${join(cwd, 'd.json')}`)).toEqual([
      { keyId: root, uses: ['delegate'], chains: ['acme'] },
    ])
  })

  test('says of bare keys what the options say, and leaves what was said before', async () => {
    await write('keyring.json', new Keyring([a]))
    const options = [
      '--uses',
      'receipt,rotate',
      '--valid-from',
      '2026-01-01',
      '--valid-until',
      '2027-01-01',
      '--chains',
      'acme,acme/*',
      '--comment',
      'scoring',
    ]
    expect(await built('--from', 'keyring.json', '--from', b, ...options)).toEqual([
      { keyId: a },
      {
        keyId: b,
        uses: ['receipt', 'rotate'],
        validFrom: '2026-01-01T00:00:00.000Z',
        validUntil: '2027-01-01T00:00:00.000Z',
        chains: ['acme', 'acme/*'],
        comment: 'scoring',
      },
    ])
  })

  test('retires and revokes, and only ever narrows', async () => {
    await write(
      'keyring.json',
      new Keyring([
        { keyId: a, validUntil: '2026-06-01T00:00:00.000Z' },
        { keyId: b, revokedAt: '2026-02-01T00:00:00.000Z' },
        c,
      ]),
    )
    const changes = [
      '--retire',
      `${a}=2027-01-01`,
      '--revoke',
      `${b}=2026-03-01`,
      '--retire',
      `${c}=2026-05-01`,
      '--revoke',
      `${c}=2026-04-01T12:00:00Z`,
    ]
    expect(await built('--from', 'keyring.json', ...changes)).toEqual([
      { keyId: a, validUntil: '2026-06-01T00:00:00.000Z' },
      { keyId: b, revokedAt: '2026-02-01T00:00:00.000Z' },
      { keyId: c, validUntil: '2026-05-01T00:00:00.000Z', revokedAt: '2026-04-01T12:00:00.000Z' },
    ])
  })

  test('may change a keyring in its place', async () => {
    await write('keyring.json', new Keyring([a]))
    const { code, stdout, stderr } = await build('--from', 'keyring.json', '--from', b, '--out', 'keyring.json')
    expect([code, stdout, stderr]).toEqual([0, '', '2 keys are in keyring.json\n'])
    expect(Keyring.parse(await readFile(join(cwd, 'keyring.json'), 'utf8')).entries()).toHaveLength(2)
    const lost = await build('--from', a, '--out', 'absent/keyring.json')
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('ENOENT')])
  })

  test('refuses what is no source, or what two sources say differently', async () => {
    await write('keyring.json', new Keyring([{ keyId: a, uses: ['rotate'] }]))
    await write('bad.json', '{"keys":')
    await write('odd.json', '{"keys":[{"keyId":"x"}]}')
    await write('text', 'hello')
    for (const [args, message] of [
      [[], /--from is needed/],
      [['--from', ''], /names nothing/],
      [['--from', 'absent'], /ENOENT.*KEYRING_INVALID/],
      [['--from', 'bad.json'], /not JSON.*KEYRING_INVALID/],
      [['--from', 'odd.json'], /KEYRING_INVALID/],
      [['--from', 'text'], /KEY_ENCODING/],
      [['--from', 'did:web:example.com'], /only did:key: is read/],
      [['--from', 'vault://v.example/x'], /KEY_URL/],
      [['--from', 'keyring.json', '--from', a], /say different things/],
      [['--from', a, '--revoke', `${b}=2026-01-01`], /no source has the key/],
      [['--from', a, '--revoke', a], /did:key:…=TIME/],
      [['--from', a, '--revoke', `${a}=Friday`], /UTC time/],
      [['--from', a, '--uses', 'all'], /KEYRING_INVALID/],
      [['--from', a, '--chains', '//'], /chain ids/],
    ] as const) {
      const { code, stdout, stderr } = await build(...args)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(message)
    }
    // the same said twice is said once
    expect(await built('--from', a, '--from', a)).toEqual([{ keyId: a }])
  })
})

const world = new Keyring([
  a,
  { keyId: b, uses: ['delegate'], chains: ['acme/*'], comment: 'root \u202e' },
  { keyId: c, revokedAt: '2026-03-03T00:00:00.000Z' },
  { keyId: d, validFrom: '2026-01-01T00:00:00.000Z', validUntil: '2026-02-01T00:00:00.000Z' },
])

describe('keyring show', () => {
  test('lists each key with where it stands', async () => {
    await write('keyring.json', world)
    const shown = async (now: string) =>
      (await cli(['keyring', 'show', 'keyring.json', '--now', now])).stdout
        .split('\n')
        .map((line) => line.slice(0, 7).trim())
    expect(await shown('2026-03-02')).toEqual(['good', 'good', 'good', 'over', ''])
    expect(await shown('2026-03-03')).toEqual(['good', 'good', 'revoked', 'over', ''])
    expect(await shown('2025-12-31')).toEqual(['good', 'good', 'good', 'not yet', ''])
    const { stdout } = await cli(['keyring', 'show'], { QUITTANCE_KEYRING: 'keyring.json' })
    expect(stdout).toContain(`${b}  delegate  chains acme/*  (root \\u{202e})`)
    const { keys } = JSON.parse(
      (await cli(['keyring', 'show', 'keyring.json', '--now', '2026-03-03', '--json'])).stdout,
    )
    expect(keys[2]).toEqual({ keyId: c, revokedAt: '2026-03-03T00:00:00.000Z', state: 'revoked' })
  })

  test('needs a keyring', async () => {
    expect((await cli(['keyring', 'show'])).stderr).toContain('no keyring was given')
    expect((await cli(['keyring', 'show', 'absent.json'])).stderr).toContain('[KEYRING_INVALID]')
  })
})

describe('keyring did-web and keyring jwks', () => {
  test('write what comes back as the same keyring', async () => {
    await write('keyring.json', world)
    const did = await cli(['keyring', 'did-web', 'keyring.json', '--domain', 'example.com/receipts'])
    expect([did.code, did.stderr]).toEqual([
      0,
      'did:web:example.com:receipts: serve it at https://example.com/receipts/did.json, as application/did+json\n',
    ])
    expect(keyringFromDidDocument(did.stdout).toJSON()).toEqual(world.toJSON())
    expect(
      (
        await cli([
          'keyring',
          'did-web',
          'keyring.json',
          '--domain',
          'example.com',
          '--type',
          'JsonWebKey',
          '--json',
          '--out',
          'did.json',
        ])
      ).stdout,
    ).toBe('')
    expect(await built('--from', 'did.json')).toEqual(world.toJSON().keys)
    const jwks = await cli(['keyring', 'jwks', 'keyring.json', '--now', '2026-03-04'])
    expect([jwks.code, jwks.stderr]).toEqual([0, ''])
    expect(keyringFromJwks(jwks.stdout).toJSON()).toEqual(world.toJSON())
    const some = await cli(['keyring', 'jwks', 'keyring.json', '--current-only', '--now', '2026-03-04'])
    expect(JSON.parse(some.stdout).keys.map(({ kid }: { kid: string }) => kid)).toEqual([a, b])
    expect(some.stderr).toMatch(/2 of 4 keys are over or revoked and left out: this is no keyring/)
    await write('some.json', some.stdout)
    const back = await build('--from', 'some.json')
    expect([back.code, back.stdout]).toEqual([2, ''])
    expect(back.stderr).toContain('KEYRING_INVALID')
  })

  test('refuse what is no domain', async () => {
    await write('keyring.json', world)
    for (const [args, message] of [
      [[], /--domain is needed/],
      [['--domain', 'https://example.com'], /--domain must be like example.com/],
      [['--domain', '192.0.2.1'], /IP address/],
      [['--domain', 'example.com', '--type', 'x'], /Allowed choices/],
    ] as const) {
      const { code, stdout, stderr } = await cli(['keyring', 'did-web', 'keyring.json', ...args])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(message)
    }
  })
})
