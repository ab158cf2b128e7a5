/** PKCS#11: a real SoftHSM, its keys made by pkcs11-tool, reached through koffi and through pkcs11js. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type SoftHsm, startSoftHsm } from '../../scripts/services/softhsm.js'
import { createLedger, Keyring } from '../../src/index.js'
import { didKey } from '../../src/keys/did-key.js'
import { CKO_PRIVATE_KEY, type Cryptoki, refusal, rvOf } from '../../src/keys/pkcs11/cryptoki.js'
import { faultOf } from '../../src/keys/pkcs11/faults.js'
import { findToken } from '../../src/keys/pkcs11/find.js'
import { acquireModule } from '../../src/keys/pkcs11/modules.js'
import type { Pkcs11Js } from '../../src/keys/pkcs11/pkcs11js.js'
import { sessionPool } from '../../src/keys/pkcs11/sessions.js'
import { type Pkcs11KeyOptions, pkcs11Key } from '../../src/keys/pkcs11.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { memoryStore } from '../../src/store/memory.js'
import { type KeyService, keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { verifyChain } from '../../src/verify/index.js'
import { draft } from '../ledger/support.js'
import { root } from '../support/program.js'

const PIN = 'canary-4711-pin'
const CKA_VALUE = 0x11
const message = utf8('quittance/1 receipt\n')
let hsm: SoftHsm
let opened: KeyProvider[] = []

beforeAll(() => {
  hsm = startSoftHsm()
  process.env.SOFTHSM2_CONF = hsm.conf
  hsm.makeToken('receipts', PIN)
  hsm.makeKey('receipts', PIN, { label: 'first', id: '01' })
  hsm.makeKey('receipts', PIN, { label: 'twin', id: '02' })
  hsm.makeKey('receipts', PIN, { label: 'twin', id: '03' })
  hsm.makeKey('receipts', PIN, { label: 'p256', id: '04', type: 'EC:prime256v1' })
  hsm.makeKey('receipts', PIN, { label: 'lonely', id: '06' })
  hsm.tool('--token-label', 'receipts', '--login', '--pin', PIN, '--delete-object', '--type', 'pubkey', '--id', '06')
})
afterAll(() => hsm.stop())
afterEach(async () => {
  await Promise.all(opened.map((provider) => provider.close?.()))
  opened = []
})

const withKey = (more: Partial<Pkcs11KeyOptions> = {}): KeyProvider => {
  const provider = pkcs11Key({ module: hsm.module, token: 'receipts', object: 'first', pin: PIN, ...more })
  opened.push(provider)
  return provider
}
const failing = async (work: Promise<unknown> | undefined) =>
  work?.then(
    () => ({ code: 'none' }),
    (error: unknown) => error as { code: string; message: string },
  )

/** The public key as another program reads it. */
const didByTool = (id: string): string => {
  const [, point = ''] = /EC_POINT:\s+0420([0-9a-f]{64})/.exec(pubkeysById(id)) ?? []
  return didKey(Buffer.from(point, 'hex'))
}
const pubkeysById = (id: string): string =>
  hsm
    .tool('--token-label', 'receipts', '--list-objects', '--type', 'pubkey')
    .split(/(?=^Public Key Object)/m)
    .find((text) => text.includes(`ID:         ${id}`)) ?? ''

describe('keeps every promise of a key provider', () => {
  const over = ({ publicKey, sign }: KeyService) => {
    const { js } = hangingJs(Buffer.from(publicKey))
    const pkcs11: Pkcs11Js = { ...js, C_SignAsync: (_session, bytes) => sign(bytes) as Promise<Buffer> }
    return pkcs11Key({ pkcs11, token: 'slow', object: 'k', timeoutMs: 500 })
  }
  for (const { name, run } of keyProviderConformance(async () => withKey(), { over })) it(name, run)
})

describe('a chain', () => {
  it('signed by the token is VALID under the public key that another program reads', async () => {
    const ledger = createLedger({ store: memoryStore(), keys: withKey(), redactor: false })
    await Promise.all(Array.from({ length: 20 }, () => ledger.append(draft())))
    const keyring = new Keyring([didByTool('01')])
    const { verdict, checked } = await verifyChain(ledger.store.read('acme'), { keyring })
    await ledger.close()
    expect({ verdict, checked }).toEqual({ verdict: 'VALID', checked: 21 })
  })
})

describe('the private key', () => {
  it('can not be read, logged in or not', async () => {
    const { cryptoki, release, login, logout } = await acquireModule({ file: hsm.module })
    const { slot, token } = await findToken(cryptoki, { token: 'receipts', serial: undefined })
    const session = await cryptoki.openSession(slot)
    const wanted = { class: CKO_PRIVATE_KEY, label: 'first' }
    expect(await cryptoki.find(session, wanted)).toEqual([])
    await login(slot, session, token, async () => PIN)
    const [key] = await cryptoki.find(session, wanted)
    expect(key).toBeDefined()
    const refused = await cryptoki.attribute(session, key as number, CKA_VALUE).catch(rvOf)
    // CKR_ATTRIBUTE_SENSITIVE
    expect(refused).toBe(0x11)
    await logout(slot, session)
    await cryptoki.closeSession(session)
    await release()
  })
})

describe('what is opened', () => {
  it('is nothing before the first use', async () => {
    const provider = pkcs11Key({ module: '/nowhere/module.so', token: 'receipts', object: 'first', pin: PIN })
    await provider.close?.()
    expect(await failing(provider.signer())).toMatchObject({ code: 'KEY_UNAVAILABLE' })
  })

  it('is found by id, by serial number, and by PKCS11_MODULE_PATH', async () => {
    const [, serial = ''] = /serial num\s*:\s*(\S+)/.exec(hsm.tool('--list-slots')) ?? []
    process.env.PKCS11_MODULE_PATH = hsm.module
    try {
      const provider = withKey({ module: undefined, token: undefined, serial, object: undefined, id: '01' })
      expect((await provider.signer()).keyId).toBe(didByTool('01'))
    } finally {
      delete process.env.PKCS11_MODULE_PATH
    }
    const third = withKey({ object: 'twin', id: Uint8Array.of(3) })
    expect((await third.signer()).keyId).toBe(didByTool('03'))
  })

  it('is opened once, and the PIN asked for once, however many ask at once', async () => {
    let asked = 0
    const provider = withKey({
      pin: async () => {
        asked += 1
        return PIN
      },
    })
    const signers = await Promise.all(Array.from({ length: 20 }, () => provider.signer()))
    expect(new Set(signers).size).toBe(1)
    expect(asked).toBe(1)
  })

  it('is shared by two providers of one process: closing one leaves the other', async () => {
    const [one, other] = [withKey(), withKey({ object: 'twin', id: '02' })]
    const signer = await other.signer()
    await one.signer()
    await one.close?.()
    await expect(signer.sign(message)).resolves.toHaveLength(64)
    await other.close?.()
    await expect(withKey().signer()).resolves.toBeDefined()
  })
})

describe('sessions', () => {
  it.each([1, 2, 8])('%i: 300 signatures at once are each their own, and close waits for them', async (sessions) => {
    const provider = withKey({ sessions })
    const signer = await provider.signer()
    const work = Array.from({ length: 300 }, (_, index) => signer.sign(utf8(`message ${index}`)))
    await provider.close?.()
    const signatures = await Promise.all(work)
    expect(new Set(signatures.map((one) => Buffer.from(one).toString('hex'))).size).toBe(300)
  })

  it('do not stop the event loop while the token works', async () => {
    const signer = await withKey().signer()
    let turns = 0
    let going = true
    const spin = (): void => {
      turns += 1
      if (going) setImmediate(spin)
    }
    spin()
    await Promise.all(Array.from({ length: 50 }, () => signer.sign(message)))
    going = false
    expect(turns).toBeGreaterThan(50)
  })

  const fake = (limit: number) => {
    const state = { open: 1, most: 1 }
    const cryptoki = {
      async openSession() {
        if (state.open >= limit) throw refusal('C_OpenSession', 0xb1)
        state.open += 1
        state.most = Math.max(state.most, state.open)
        return state.open
      },
      async closeSession() {
        state.open -= 1
      },
    } as unknown as Cryptoki
    return { state, cryptoki }
  }
  const never = () => new AbortController().signal

  it('are never used twice at a time, and as few as the token gives', async () => {
    const { state, cryptoki } = fake(3)
    const pool = sessionPool(cryptoki, 0, 1, 10)
    const busy = new Set<unknown>()
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        pool.use(async (session) => {
          expect(busy.has(session)).toBe(false)
          busy.add(session)
          await new Promise((resolve) => setImmediate(resolve))
          busy.delete(session)
          return index
        }, never()),
      ),
    )
    expect(results).toEqual(Array.from({ length: 40 }, (_, index) => index))
    expect(state.most).toBe(3)
    await pool.idle()
    await pool.close()
    expect(state.open).toBe(0)
  })

  it('that are waited for are given up with the signal, and go to the next', async () => {
    const pool = sessionPool(fake(1).cryptoki, 0, 1, 1)
    let release = (): void => {}
    const holding = pool.use(() => new Promise<void>((resolve) => (release = resolve)), never())
    const giving = new AbortController()
    const waiting = pool.use(async () => 'not this', giving.signal)
    const next = pool.use(async () => 'this', never())
    giving.abort(new Error('given up'))
    await expect(waiting).rejects.toThrow('given up')
    release()
    await holding
    await expect(next).resolves.toBe('this')
  })
})

describe('what is wrong has its code', () => {
  it.each<[string, Partial<Pkcs11KeyOptions>, string, string]>([
    ['no module', { module: '/nowhere/module.so' }, 'KEY_NOT_FOUND', 'ENOENT'],
    ['a file that is no library', { module: join(root, 'package.json') }, 'KEY_UNAVAILABLE', 'module'],
    ['a library that is no module', { module: 'libm.so.6' }, 'KEY_UNAVAILABLE', 'module'],
    ['no module named', { module: undefined }, 'KEY_NOT_FOUND', 'absent'],
    ['no token', { token: 'another' }, 'KEY_NOT_FOUND', 'no-token'],
    ['a token of another serial number', { serial: '0000' }, 'KEY_NOT_FOUND', 'no-token'],
    ['no key', { object: 'another' }, 'KEY_NOT_FOUND', 'no-object'],
    ['a label and an id of two keys', { object: 'first', id: '02' }, 'KEY_NOT_FOUND', 'no-object'],
    ['two keys of one label', { object: 'twin' }, 'KEY_AMBIGUOUS', 'objects'],
    ['a key for ECDSA', { object: 'p256' }, 'KEY_WRONG_TYPE', 'type'],
    ['no public key', { object: 'lonely' }, 'KEY_NOT_FOUND', 'no-public-key'],
    ['no PIN', { pin: undefined }, 'KEY_PASSPHRASE', 'pin'],
  ])('%s', async (_, options, code, reason) => {
    expect(await failing(withKey(options).signer())).toMatchObject({ code, details: { reason, retryable: false } })
  })

  it('a key on another Edwards curve', async () => {
    const { js } = hangingJs()
    const pkcs11: Pkcs11Js = {
      ...js,
      C_GetAttributeValue(session, object, [asked]) {
        // Ed448 has points of 57 bytes
        if (asked?.type === 0x181) return [{ value: Buffer.from([0x04, 57, ...new Uint8Array(57)]) }]
        return js.C_GetAttributeValue(session, object, asked ? [asked] : [])
      },
    }
    const provider = pkcs11Key({ pkcs11, token: 'slow', object: 'k' })
    expect(await failing(provider.signer())).toMatchObject({ code: 'KEY_WRONG_TYPE', details: { reason: 'curve' } })
  })

  it('two tokens of one label, until the serial number is given', async () => {
    hsm.makeToken('pair', '1111')
    hsm.makeToken('pair', '2222')
    const options = { token: 'pair', pin: '1111', object: 'first' }
    expect(await failing(withKey(options).signer())).toMatchObject({
      code: 'KEY_AMBIGUOUS',
      details: { reason: 'tokens' },
    })
  })

  it('a key that may not sign', async () => {
    const { js } = hangingJs()
    const pkcs11: Pkcs11Js = {
      ...js,
      C_GetAttributeValue: (session, object, [asked]) =>
        asked?.type === 0x108
          ? [{ value: Buffer.from([0]) }]
          : js.C_GetAttributeValue(session, object, asked ? [asked] : []),
    }
    const provider = pkcs11Key({ pkcs11, token: 'slow', object: 'k' })
    expect(await failing(provider.signer())).toMatchObject({ code: 'KEY_WRONG_TYPE', details: { reason: 'sign' } })
  })

  it('a PIN that can not be had, which is asked for again', async () => {
    let fails = true
    const provider = withKey({
      pin: () => {
        if (fails) throw new Error(`no ${PIN}`)
        return PIN
      },
    })
    const failed = await failing(provider.signer())
    expect(failed).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { retryable: true } })
    expect(inspect(failed, { depth: 9 })).not.toContain(PIN)
    fails = false
    await expect(provider.signer()).resolves.toBeDefined()
  })

  it('a token that hangs, which close gives up too', async () => {
    const { js, held } = hangingJs()
    const provider = pkcs11Key({ pkcs11: js, token: 'slow', object: 'k', timeoutMs: 100 })
    expect(await failing(provider.signer().then((signer) => signer.sign(message)))).toMatchObject({
      code: 'KEY_UNAVAILABLE',
      details: { reason: 'timeout', retryable: true },
    })
    const warnings: string[] = []
    provider.onWarning?.(({ code }) => warnings.push(code))
    await provider.close?.()
    expect(warnings).toEqual(['KEY_UNAVAILABLE'])
    held.forEach((release) => {
      release()
    })
  })
})

/** Speaks as pkcs11js does, of a token that finds its key and then never signs. */
function hangingJs(point = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex')) {
  const held: (() => void)[] = []
  const attributes = new Map([
    [0x100, Buffer.from([0x40, 0, 0, 0])],
    [0x108, Buffer.from([1])],
    [0x102, Buffer.from([1])],
    [0x181, point],
  ])
  const js: Pkcs11Js = {
    C_GetSlotList: () => [Buffer.from([0])],
    C_GetTokenInfo: () => ({ label: 'slow', serialNumber: '1', flags: 0 }),
    C_GetMechanismInfo: () => ({ flags: 0x800 }),
    C_OpenSession: () => Buffer.from([1]),
    C_CloseSession: () => {},
    C_Login: () => {},
    C_Logout: () => {},
    C_FindObjectsInit: () => {},
    C_FindObjects: () => [Buffer.from([2])],
    C_FindObjectsFinal: () => {},
    C_GetAttributeValue: (_session, _object, [asked]) => [
      { value: attributes.get(asked?.type ?? 0) ?? Buffer.alloc(0) },
    ],
    C_SignInit: () => {},
    C_SignAsync: () => new Promise((resolve) => held.push(() => resolve(Buffer.alloc(64)))),
  }
  return { js, held }
}

describe('a PIN', () => {
  it('that is wrong is shown to the token once, lest it lock', async () => {
    hsm.makeToken('careful', PIN)
    hsm.makeKey('careful', PIN, { label: 'first', id: '01' })
    const provider = withKey({ token: 'careful', pin: 'canary-wrong-pin' })
    for (let tries = 0; tries < 5; tries++) {
      const failed = await failing(provider.signer())
      expect(failed).toMatchObject({
        code: 'KEY_PASSPHRASE',
        details: { reason: 'CKR_PIN_INCORRECT', retryable: false },
      })
      expect(`${inspect(failed, { depth: 9, showHidden: true })}${JSON.stringify(failed)}`).not.toMatch(/canary/)
    }
    await expect(withKey({ token: 'careful' }).signer()).resolves.toBeDefined()
  })

  it('that was wrong and is put right is shown again', async () => {
    let pin = 'wrong-one'
    const provider = withKey({ pin: () => pin })
    expect(await failing(provider.signer())).toMatchObject({ code: 'KEY_PASSPHRASE' })
    pin = PIN
    await expect(provider.signer()).resolves.toBeDefined()
  })

  it.each([
    [0xa4, 'KEY_PERMISSION', 'CKR_PIN_LOCKED'],
    [0xa3, 'KEY_PERMISSION', 'CKR_PIN_EXPIRED'],
    [0xa2, 'KEY_PASSPHRASE', 'CKR_PIN_LEN_RANGE'],
    [0x102, 'KEY_PERMISSION', 'CKR_USER_PIN_NOT_INITIALIZED'],
    [0x32, 'KEY_UNAVAILABLE', 'CKR_DEVICE_REMOVED'],
  ])('answered with %i is %s', async (rv, code, reason) => {
    const { js } = hangingJs()
    const provider = pkcs11Key({
      pkcs11: {
        ...js,
        C_Login() {
          throw Object.assign(new Error('as pkcs11js throws'), { code: rv })
        },
      },
      token: 'slow',
      object: 'k',
      pin: PIN,
    })
    expect(await failing(provider.signer())).toMatchObject({ code, details: { reason } })
    await provider.close?.()
  })

  it('that the token says is locked is not shown to it', async () => {
    const { js } = hangingJs()
    let logins = 0
    const pkcs11: Pkcs11Js = {
      ...js,
      C_GetTokenInfo: () => ({ label: 'slow', serialNumber: '1', flags: 0x4 | 0x4_0000 }),
      C_Login: () => {
        logins += 1
      },
    }
    const provider = pkcs11Key({ pkcs11, token: 'slow', object: 'k', pin: PIN })
    expect(await failing(provider.signer())).toMatchObject({
      code: 'KEY_PERMISSION',
      details: { reason: 'CKR_PIN_LOCKED' },
    })
    expect(logins).toBe(0)
  })

  it('appears nowhere in what can be looked at', async () => {
    const provider = withKey()
    const signer = await provider.signer()
    const shown = [provider, signer].map((one) => inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one))
    expect(shown.join()).not.toContain(PIN)
    expect(() => pkcs11Key({ token: 't', object: 'o', pin: [PIN] } as never)).toThrow(/^options\.pin must be a string/)
  })
})

describe('a token that goes away', () => {
  it('is KEY_UNAVAILABLE, and is opened anew when it is back', async () => {
    hsm.makeToken('removable', PIN)
    hsm.makeKey('removable', PIN, { label: 'first', id: '01' })
    const provider = withKey({ token: 'removable' })
    const signer = await provider.signer()
    await signer.sign(message)
    hsm.removeToken('removable')
    expect(await failing(signer.sign(message))).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { retryable: true } })
    expect(await failing(provider.signer())).toMatchObject({ code: 'KEY_NOT_FOUND' })
    hsm.makeToken('removable', PIN)
    hsm.makeKey('removable', PIN, { label: 'first', id: '01' })
    const next = await provider.signer()
    await expect(next.sign(message)).resolves.toHaveLength(64)
    expect(next.keyId).not.toBe(signer.keyId)
  })

  it.each([
    [0x30, 'CKR_DEVICE_ERROR'],
    [0x32, 'CKR_DEVICE_REMOVED'],
    [0xb3, 'CKR_SESSION_HANDLE_INVALID'],
    [0xe0, 'CKR_TOKEN_NOT_PRESENT'],
    [0x101, 'CKR_USER_NOT_LOGGED_IN'],
    [0x190, 'CKR_CRYPTOKI_NOT_INITIALIZED'],
  ])('return value %i while signing has all opened anew', async (rv, reason) => {
    const { js } = hangingJs()
    let opened = 0
    const pkcs11: Pkcs11Js = {
      ...js,
      C_OpenSession: () => Buffer.from([++opened]),
      C_SignInit() {
        throw Object.assign(new Error('as pkcs11js throws'), { code: rv })
      },
    }
    const provider = pkcs11Key({ pkcs11, token: 'slow', object: 'k' })
    const signer = await provider.signer()
    expect(await failing(signer.sign(message))).toMatchObject({
      code: 'KEY_UNAVAILABLE',
      details: { reason, retryable: true },
    })
    await provider.signer()
    expect(opened).toBe(2)
    await provider.close?.()
  })

  it('and a token that refuses the mechanism is not opened anew', async () => {
    const { js } = hangingJs()
    const pkcs11: Pkcs11Js = {
      ...js,
      C_SignInit() {
        throw Object.assign(new Error('as pkcs11js throws'), { code: 0x70 })
      },
    }
    const provider = pkcs11Key({ pkcs11, token: 'slow', object: 'k' })
    const signer = await provider.signer()
    expect(await failing(signer.sign(message))).toMatchObject({ code: 'KEY_WRONG_TYPE' })
    expect(await provider.signer()).toBe(signer)
    await provider.close?.()
  })

  it('a wrong signature, or 63 bytes, is KEY_BAD_SIGNATURE', async () => {
    for (const length of [63, 64]) {
      const { js } = hangingJs()
      const pkcs11: Pkcs11Js = { ...js, C_SignAsync: async () => Buffer.alloc(length, 7) }
      const provider = pkcs11Key({ pkcs11, token: 'slow', object: 'k' })
      expect(await failing(provider.signer().then((signer) => signer.sign(message)))).toMatchObject({
        code: 'KEY_BAD_SIGNATURE',
      })
      await provider.close?.()
    }
  })

  it('a return value that the standard does not have is KEY_SIGNING_FAILED', () => {
    expect(faultOf(refusal('C_Sign', 0x8000_0001))).toMatchObject({
      code: 'KEY_SIGNING_FAILED',
      details: { reason: '0x80000001' },
    })
  })
})

describe('options', () => {
  const good = { token: 't', object: 'o', pin: '1' }
  it.each<[object, string]>([
    [{ ...good, token: undefined }, 'token or serial'],
    [{ ...good, object: undefined }, 'object or id'],
    [{ ...good, token: '' }, 'options.token must be'],
    [{ ...good, id: 'xyz' }, 'options.id must be'],
    [{ ...good, id: new Uint8Array(0) }, 'options.id must be'],
    [{ ...good, pin: '' }, 'options.pin must be'],
    [{ ...good, sessions: 0 }, 'options.sessions must be'],
    [{ ...good, sessions: 65 }, 'options.sessions must be'],
    [{ ...good, timeoutMs: -1 }, 'options.timeoutMs must be'],
    [{ ...good, sample: 0 }, 'sample must be'],
    [{ ...good, pkcs11: {} }, 'options.pkcs11 must be'],
    [{ ...good, module: '/m', pkcs11: hangingJs().js }, 'one of module and pkcs11'],
    [{ ...good, label: 'x' }, 'options has no member "label"'],
  ])('%o are refused', (options, says) => {
    expect(() => pkcs11Key(options as never)).toThrow(says)
  })
})

interface LoadedPkcs11Js extends Pkcs11Js {
  load(path: string): void
  C_Initialize(): void
  C_Finalize(): void
  close(): void
}
/** It has to be compiled, so it is no dependency; `scripts/ensure-tools.mjs` makes it where there is a compiler. */
const compiled = (): (new () => LoadedPkcs11Js) | undefined => {
  try {
    const require = createRequire(join(root, '.cache/pkcs11js/package.json'))
    return (require('pkcs11js') as { PKCS11: new () => LoadedPkcs11Js }).PKCS11
  } catch {
    return undefined
  }
}
const Pkcs11 = compiled()

describe.runIf(Pkcs11)('through pkcs11js (where it could be compiled)', () => {
  let js: LoadedPkcs11Js
  beforeAll(() => {
    js = new (Pkcs11 as NonNullable<typeof Pkcs11>)()
    js.load(hsm.module)
    js.C_Initialize()
  })
  afterAll(() => {
    js.C_Finalize()
    js.close()
  })
  const throughJs = (more: Partial<Pkcs11KeyOptions> = {}) => withKey({ module: undefined, pkcs11: js, ...more })

  for (const { name, run } of keyProviderConformance(async () => throughJs())) it(name, run)

  it('it is the same key', async () => {
    expect((await throughJs().signer()).keyId).toBe(didByTool('01'))
  })

  it.each<[Partial<Pkcs11KeyOptions>, string]>([
    [{ token: 'another' }, 'KEY_NOT_FOUND'],
    [{ object: 'another' }, 'KEY_NOT_FOUND'],
    [{ object: 'twin' }, 'KEY_AMBIGUOUS'],
    [{ object: 'p256' }, 'KEY_WRONG_TYPE'],
    [{ object: 'lonely' }, 'KEY_NOT_FOUND'],
    [{ pin: 'canary-wrong' }, 'KEY_PASSPHRASE'],
  ])('%o is %s', async (options, code) => {
    const failed = await failing(throughJs(options).signer())
    expect(failed).toMatchObject({ code })
    expect(inspect(failed, { depth: 9, showHidden: true })).not.toContain('canary')
  })

  it('is left as it is by close', async () => {
    const provider = throughJs()
    await provider.signer()
    await provider.close?.()
    expect(js.C_GetSlotList(true).length).toBeGreaterThan(0)
  })
})
