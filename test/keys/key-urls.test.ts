/** Key URLs: what each names, and what is said of a bad one. */

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { partsOf } from '../../src/keys/url/parts.js'
import { pinIn } from '../../src/keys/url/pkcs11.js'
import { parsePkcs11Uri } from '../../src/keys/url/pkcs11-uri.js'
import { keyProviderFromUrl } from '../../src/url.js'

const canary = 's3cr3t-canary'

beforeEach(() => {
  for (const name of ['VAULT_ADDR', 'VAULT_TOKEN', 'VAULT_ROLE_ID', 'VAULT_SECRET_ID', 'PKCS11_MODULE_PATH'])
    vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

function refusal(url: string): QuittanceError {
  try {
    keyProviderFromUrl(url)
  } catch (error) {
    if (QuittanceError.is(error)) return error
    throw error
  }
  throw new Error(`${url} was taken`)
}

describe('a key URL', () => {
  test.each([
    ['vault://vault.example:8200/transit/receipts', 'vault-transit'],
    ['vault:///transit/receipts', 'vault-transit'],
    [
      'VAULT://vault.example/team/a/transit/receipts?namespace=admin/x&version=3&sample=0.5&timeoutMs=2000',
      'vault-transit',
    ],
    ['vault+http://127.0.0.1:8200/transit/receipts?rotationCheckMs=60000', 'vault-transit'],
    ['vault://vault.example/transit/receipts?auth=kubernetes&role=receipts&authMount=k8s-eu', 'vault-transit'],
    ['vault-kv://vault.example/secret/receipts/signing?cacheMs=300000&field=seed', 'vault-kv'],
    ['awskms:///alias/receipts', 'aws-kms'],
    ['awskms:///alias/receipts?region=eu-central-1&maxAttempts=5', 'aws-kms'],
    ['awskms:///1234abcd-12ab-34cd-56ef-1234567890ab', 'aws-kms'],
    ['awskms:///arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab', 'aws-kms'],
    ['awskms:///arn:aws:kms:eu-central-1:111122223333:alias/team/receipts', 'aws-kms'],
    [
      'awskms-envelope:///alias/seeds?store=./seed.json&context.tenant=acme&context.use=a%20b&create=true',
      'aws-kms-envelope',
    ],
    [
      'gcpkms://projects/acme/locations/europe-west3/keyRings/audit/cryptoKeys/receipts?rotationCheckMs=1000',
      'gcp-kms',
    ],
    ['gcpkms://projects/acme/locations/global/keyRings/audit/cryptoKeys/receipts/cryptoKeyVersions/7', 'gcp-kms'],
    ['pkcs11:token=receipts;object=signing?module-path=/usr/lib/x.so', 'pkcs11'],
    ['pkcs11:serial=0123;id=%01%02;type=private?pin-source=file:/run/pin&sessions=8', 'pkcs11'],
    ['awskms:///alias/root?delegate=acme,acme/*&ttlMs=3600000&renewBeforeMs=600000&region=eu-central-1', 'delegated'],
    ['pkcs11:token=receipts;object=root?delegate=*&module-path=/usr/lib/x.so', 'delegated'],
    ['certified:./delegate.json', 'certified'],
    ['env:', 'local'],
    ['file:./receipts.key.pem', 'local'],
  ])('%s is a key of %s, and nothing is opened', async (url, name) => {
    const keys = keyProviderFromUrl(url)
    expect(keys.name).toBe(name)
    await keys.close?.()
  })

  test.each(['vault:///transit/receipts', 'vault-kv:///secret/receipts?cacheMs=1000'])(
    '%s never shows its token to a plain server that the environment names',
    async (url) => {
      let asked = 0
      const server = createServer((_, answer) => {
        asked += 1
        answer.end('{}')
      })
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      const { port } = server.address() as AddressInfo
      try {
        vi.stubEnv('VAULT_TOKEN', canary)
        const early = keyProviderFromUrl(url)
        vi.stubEnv('VAULT_ADDR', `http://127.0.0.1:${port}`)
        expect(refusal(url).message).toMatch(/VAULT_ADDR is an http: address/)
        // also where the environment is filled later
        await expect(early.signer()).rejects.toMatchObject({ code: 'KEY_URL' })
        await early.close?.()
        expect(asked).toBe(0)
        const plain = keyProviderFromUrl(url.replace(/^([a-z-]+):\/\//, `$1://127.0.0.1:${port}`))
        const fault = await plain.signer().then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(fault).toMatchObject({ code: 'KEY_UNAVAILABLE', message: expect.stringMatching(/speaks no TLS/) })
        expect(String(fault)).not.toContain(canary)
        await plain.close?.()
        expect(asked).toBe(0)
      } finally {
        server.close()
      }
    },
  )

  test('a token that was pasted is not repeated', () => {
    const { message } = refusal('hvs.CAESIcanary:xx')
    expect(message).toMatch(/keys of this kind are not in this release/)
    expect(message.toLowerCase()).not.toContain('hvs')
    expect(refusal('https://x').message).toContain('the kind https:')
  })

  test('may take the ids of AppRole from the environment, and they appear nowhere', async () => {
    const url = 'vault://vault.example/transit/receipts?auth=approle'
    expect(refusal(url).message).toMatch(/VAULT_ROLE_ID and VAULT_SECRET_ID/)
    vi.stubEnv('VAULT_ROLE_ID', `${canary}-role`)
    vi.stubEnv('VAULT_SECRET_ID', `${canary}-secret`)
    const keys = keyProviderFromUrl(url)
    expect(inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys)).not.toContain(canary)
    await keys.close?.()
  })

  test.each([
    ['vault:transit/receipts', /no \/\/ behind its scheme/],
    ['vault://vault.example/receipts', /names no MOUNT\/KEY/],
    ['vault://vault.example', /names no MOUNT\/KEY/],
    ['vault://vault.example/transit/../receipts', /empty, dots/],
    ['vault://vault.example/transit/receipts#x', /fragment/],
    ['vault://vault.example/transit/receipts?token=x', /not one of version, rotationCheckMs/],
    ['vault://vault.example/transit/receipts?version=latest', /version must be a whole number/],
    ['vault://vault.example/transit/receipts?version=0', /version/],
    ['vault://vault.example/transit/receipts?sample=2', /sample must be a share/],
    ['vault://vault.example/transit/receipts?version=1&version=2', /twice/],
    ['vault://vault.example/transit/receipts?version', /NAME=VALUE/],
    ['vault://vault.example/transit/receipts?namespace=%ZZ', /NAME=VALUE/],
    ['vault://vault.example/transit/receipts?role=x', /go with auth/],
    ['vault://vault.example/transit/receipts?auth=kubernetes', /needs the parameter role/],
    ['vault://vault.example/transit/receipts?auth=ldap', /one of approle, kubernetes/],
    ['vault+http:///transit/receipts', /names no host/],
    ['vault-kv://vault.example/secret/receipts', /needs cacheMs/],
    ['vault-kv://vault.example/secret?cacheMs=1', /MOUNT\/PATH/],
    ['awskms://alias/receipts', /behind three slashes/],
    ['awskms:///', /names no key id/],
    ['awskms:///alias/a b', /key id, an alias/],
    ['awskms:///arn:aws:kms:eu-central-1:111122223333:key/1?region=us-east-1', /region is not the ARN's/],
    ['awskms:///alias/x?maxAttempts=99', /maxAttempts must be an integer/],
    ['awskms-envelope:///alias/x?store=./s.json', /context/],
    ['awskms-envelope:///alias/x?context.tenant=acme', /needs store/],
    ['awskms-envelope:///alias/x?context.tenant=acme&store=./s.json&create=yes', /create must be true or false/],
    ['gcpkms://acme/receipts', /projects/],
    [
      'gcpkms://projects/acme/locations/x/keyRings/a/cryptoKeys/k/cryptoKeyVersions/1?rotationCheckMs=1',
      /does not go with/,
    ],
    ['pkcs11:object=signing', /names no token/],
    ['pkcs11:token=receipts', /names no key/],
    ['pkcs11:token=receipts;object=x;slot-id=3', /slot-id is not looked at/],
    ['pkcs11:token=receipts;object=x;colour=blue', /not known/],
    ['pkcs11:token=receipts;object=x;object=y', /twice/],
    ['pkcs11:token=receipts;object', /name=value/],
    ['pkcs11:token=receipts;object=x;type=public', /type/],
    ['pkcs11:token=receipts;object=x?pin-source=%7Ccat', /never run/],
    ['pkcs11:token=receipts;object=x?pin-source=pin.txt', /absolute path/],
    ['pkcs11:token=receipts;object=x?sessions=100', /sessions/],
    ['pkcs11:token=receipts;id=%0', /id of the key URL/],
    ['awskms:///alias/root?delegate=a//..', /chains/],
    ['awskms:///alias/root?delegate=', /delegate is empty/],
    ['awskms:///alias/root?ttlMs=1000', /go with delegate/],
    ['awskms:///alias/root?delegate=acme&ttlMs=1h', /ttlMs must be a whole number/],
    ['awskms:///alias/root?delegate=acme&ttlMs=1', /ttlMs/],
    ['certified:', /names no file/],
    ['azurekeyvault://x/y', /not in this release/],
  ])('%s is refused with the reason and an example', (url, message) => {
    const error = refusal(url)
    expect(error.code).toBe('KEY_URL')
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/looks like [a-z0-9+-]+:/)
  })

  test.each([
    `vault://${canary}@vault.example/transit/receipts`,
    `vault://user:${canary}@vault.example/transit/receipts`,
    `vault://vault.example/transit/receipts?token=${canary}`,
    `vault://vault.example/transit/receipts?${canary}=1`,
    `vault://vault.example/transit/receipts?auth=${canary}`,
    `vault://vault.example/transit/receipts?version=${canary}`,
    `vault:${canary}`,
    `awskms:///alias/x y?secret=${canary}`,
    `awskms:///${canary} x`,
    `awskms://AKIA:${canary}@/alias/x`,
    `awskms-envelope:///alias/x?store=./s&context.aws:x=${canary}`,
    `gcpkms://${canary}`,
    `pkcs11:token=t;object=o?pin-value=${canary}`,
    `pkcs11:token=t;object=o;${canary}=x`,
    `pkcs11:token=t;object=o?${canary}=x`,
    `pkcs11:token=t;object=o?pin-source=${canary}`,
    `awskms:///alias/x?delegate=${canary} `,
    `env:${canary}`,
  ])('%s is refused, and what it holds is not repeated', (url) => {
    const error = refusal(url)
    expect(error.code).toBe('KEY_URL')
    expect(inspect(error, { depth: 9, showHidden: true }) + String(error.stack)).not.toContain(canary)
  })

  test('is taken or refused with KEY_URL, whatever it is', async () => {
    const scheme = fc.constantFrom(
      'vault',
      'vault-kv',
      'awskms',
      'awskms-envelope',
      'gcpkms',
      'pkcs11',
      'certified',
      'x',
    )
    const rest = fc.string({ unit: fc.constantFrom(...'ab/:;=?&%@#.*0, '), maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(scheme, fc.constantFrom(':', '://', ':///'), rest, async (name, slashes, text) => {
        try {
          await keyProviderFromUrl(`${name}${slashes}${text}`).close?.()
        } catch (error) {
          expect(error).toMatchObject({ code: 'KEY_URL' })
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a PKCS #11 URI', () => {
  test('is read as RFC 7512 has it', () => {
    const uri =
      'pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;object=my-signing-key;type=private;id=%69%95%3E%5C%F4%BD%EC%91?pin-source=file:/etc/token_pin'
    expect(parsePkcs11Uri(uri)).toEqual({
      token: 'The Software PKCS#11 Softtoken',
      serial: undefined,
      object: 'my-signing-key',
      id: Uint8Array.from([0x69, 0x95, 0x3e, 0x5c, 0xf4, 0xbd, 0xec, 0x91]),
      modulePath: undefined,
      pinFile: '/etc/token_pin',
      rest: [],
    })
    expect(parsePkcs11Uri('pkcs11:token=t;id=a%62c').id).toEqual(Uint8Array.from(Buffer.from('abc')))
    for (const source of ['file:/p', 'file:///p', 'file://localhost/p', '/p'])
      expect(parsePkcs11Uri(`pkcs11:token=t;object=o?pin-source=${source}`).pinFile).toBe('/p')
  })

  test.runIf(process.platform !== 'win32')('whose PIN others can read is refused at the login', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quittance-pin-'))
    try {
      const pin = join(dir, 'pin')
      await writeFile(pin, `${canary}\n`, { mode: 0o600 })
      await chmod(pin, 0o644)
      const error = await pinIn(pin)().then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).toMatchObject({ code: 'KEY_FILE_PERMISSIONS' })
      expect(inspect(error, { depth: 9 })).not.toContain(canary)
      await chmod(pin, 0o400)
      expect(await pinIn(pin)()).toBe(canary)
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})

test('every scheme and every parameter stands in docs/keys.md', async () => {
  const page = await readFile(new URL('../../docs/keys.md', import.meta.url), 'utf8')
  const section = page.split('\n## Keys by URL\n')[1]?.split('\n## ')[0] ?? ''
  const urls = {
    vault: '//h/m/k',
    'vault-kv': '//h/m/p',
    awskms: '///alias/x',
    'awskms-envelope': '///alias/x',
    gcpkms: '//projects/p/locations/l/keyRings/r/cryptoKeys/k',
    pkcs11: 'token=t;object=o',
  }
  for (const [scheme, rest] of Object.entries(urls)) {
    const { message } = refusal(`${scheme}:${rest}?unheard=1`)
    const known = /not one of ([A-Za-z, ]+);/.exec(message)?.[1]?.split(', ') ?? []
    expect(known.length, scheme).toBeGreaterThan(2)
    for (const name of known) expect(section, scheme).toContain(name)
    expect(section).toContain(`\`${scheme}:`)
  }
  for (const scheme of ['file', 'env', 'certified', 'vault+http', 'vault-kv+http'])
    expect(section).toContain(`\`${scheme}:`)
})

test('the parts of a URL come back decoded', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ minLength: 1, maxLength: 8 }).filter((one) => !/\p{Cc}/u.test(one) && !/^\.{1,2}$/.test(one)),
        { minLength: 1, maxLength: 4 },
      ),
      (segments) => {
        const url = `vault://h/${segments.map(encodeURIComponent).join('/')}`
        expect(partsOf(url, 'x').segments).toEqual(segments)
      },
    ),
  )
})
