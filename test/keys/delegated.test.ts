/** Session keys that a root certifies: what they are certified for, when they are renewed, when they end. */
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { certificateMessage } from '../../src/keys/delegated/certificate.js'
import { createDelegate } from '../../src/keys/delegated/delegate.js'
import { checkedOptions } from '../../src/keys/delegated/options.js'
import { type DelegatedKeyOptions, delegatedKey } from '../../src/keys/delegated.js'
import { signedDelegationMessage } from '../../src/keys/delegation.js'
import { admitKey } from '../../src/keys/ed25519/admission.js'
import { verifySignature } from '../../src/keys/ed25519/verify.js'
import { localKey } from '../../src/keys/local.js'
import type { KeyProvider, Signer } from '../../src/keys/provider.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { digestOf } from '../../src/receipt/digest.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { idOf, keyNamed, switched, until, warningsOf } from './wrapped-support.js'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 1)
const message = new TextEncoder().encode('message')

/** A delegated key whose clock the test sets. */
function under(root = switched('root'), more: Partial<DelegatedKeyOptions> = {}) {
  const clock = { now: START }
  const provider = createDelegate(
    checkedOptions({ root: root.provider, chains: ['acme', 'acme/*'], ...more }),
    () => clock.now,
  )
  return { root, clock, provider, warnings: warningsOf(provider) }
}

const holds = async (signer: Signer): Promise<boolean> => {
  const { key } = admitKey(signer.keyId)
  return key !== undefined && verifySignature(key, message, await signer.sign(message))
}

/** The signer that comes after another one, once it is there. */
async function nextAfter(provider: KeyProvider, before: Signer): Promise<Signer> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    const signer = await provider.signer()
    if (signer !== before) return signer
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('no other signer came')
}

const certificateOf = ({ delegation }: Signer) => {
  if (delegation === undefined) throw new Error('no certificate')
  return delegation.certificate
}

describe('the published suite', () => {
  for (const { name, run } of keyProviderConformance(async () =>
    delegatedKey({ root: keyNamed('root'), chains: ['*'] }),
  ))
    test(name, run)
})

describe('a certificate', () => {
  test('is signed by the root, for the session key, the chains and 24 hours', async () => {
    const { provider, root } = under()
    const signer = await provider.signer({ chainId: 'acme' })
    const certificate = certificateOf(signer)
    expect(certificate).toEqual({
      root: await idOf(root.provider),
      delegate: signer.keyId,
      chains: ['acme', 'acme/*'],
      notBefore: '2026-01-01T00:00:00.000Z',
      notAfter: '2026-01-02T00:00:00.000Z',
      uses: ['receipt'],
      serial: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    const { key } = admitKey(certificate.root)
    const signature = Buffer.from(signer.delegation!.certificateSignature.slice('ed25519:'.length), 'hex')
    // by the verifier's own canonical form, not the provider's
    expect(verifySignature(key!, signedDelegationMessage(digestOf(canonicalize(certificate))), signature)).toBe(true)
    expect(await holds(signer)).toBe(true)
  })

  test('has the canonical form of the verifier, whatever stands in it', () => {
    const text = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,40}$/)
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), text, text, (chains, root, serial) => {
        const certificate = {
          root,
          delegate: root,
          chains,
          notBefore: '2026-01-01T00:00:00.000Z',
          notAfter: '2026-01-02T00:00:00.000Z',
          uses: ['receipt'] as const,
          serial,
        }
        expect(certificateMessage(certificate)).toEqual(signedDelegationMessage(digestOf(canonicalize(certificate))))
      }),
    )
  })

  test('costs one signature of the root, however many chains and signers', async () => {
    const { provider, root } = under(switched('root'), { chains: ['*'] })
    const signers = await Promise.all(
      Array.from({ length: 10_000 }, (_, index) => provider.signer({ chainId: `chain-${index}` })),
    )
    expect(new Set(signers.map(({ keyId }) => keyId)).size).toBe(1)
    expect(root.calls).toMatchObject({ signer: 1, sign: 1 })
  })

  test('covers no other chain: KEY_PERMISSION', async () => {
    const { provider } = under()
    expect((await provider.signer({ chainId: 'acme/7' })).delegation).toBeDefined()
    for (const chainId of ['acme7', 'other'])
      await expect(provider.signer({ chainId })).rejects.toMatchObject({
        code: 'KEY_PERMISSION',
        details: { chainId, outcome: 'absent' },
      })
  })
})

describe('a renewal', () => {
  test('is made in the background, with a new key, while the old one signs', async () => {
    const { provider, root, clock, warnings } = under()
    const first = await provider.signer()
    clock.now = START + 22 * HOUR - 1
    expect(await provider.signer()).toBe(first)
    expect(root.calls.sign).toBe(1)
    clock.now += 1
    // nobody waits for it
    expect(await provider.signer()).toBe(first)
    const second = await nextAfter(provider, first)
    expect(second.keyId).not.toBe(first.keyId)
    expect(certificateOf(second).notBefore).toBe('2026-01-01T22:00:00.000Z')
    expect(await holds(first)).toBe(true)
    expect(await holds(second)).toBe(true)
    expect(root.calls.sign).toBe(2)
    expect(warnings).toEqual([])
  })

  test('is also begun by a signature, where a signer is kept', async () => {
    const { provider, root, clock } = under()
    const first = await provider.signer()
    clock.now = START + 23 * HOUR
    await first.sign(message)
    await until(() => root.calls.sign === 2)
    first.signSync?.(message)
    await until(() => root.calls.sign === 2)
    expect(root.calls.sign).toBe(2)
  })

  test('leaves the old key to its end, where asking again gives the next', async () => {
    const { provider, clock } = under()
    const first = await provider.signer()
    clock.now = START + 23 * HOUR
    await provider.signer()
    await nextAfter(provider, first)
    clock.now = START + 24 * HOUR
    const expected = { code: 'KEY_EXPIRED', details: { retryable: true, outcome: 'absent' } }
    await expect(first.sign(message)).rejects.toMatchObject(expected)
    expect(() => first.signSync?.(message)).toThrow(expect.objectContaining(expected))
    const second = await provider.signer()
    expect(await holds(second)).toBe(true)
    expect(second.keyId).not.toBe(first.keyId)
  })

  test('is as far ahead as it is told', async () => {
    const { provider, root, clock } = under(switched('root'), { ttlMs: HOUR, renewBeforeMs: 60_000 })
    await provider.signer()
    clock.now = START + HOUR - 60_001
    await provider.signer()
    expect(root.calls.sign).toBe(1)
    clock.now += 1
    await provider.signer()
    await until(() => root.calls.sign === 2)
  })

  test('after a long silence is waited for', async () => {
    const { provider, root, clock } = under()
    const first = await provider.signer()
    clock.now = START + 100 * HOUR
    const second = await provider.signer()
    expect(second.keyId).not.toBe(first.keyId)
    expect(certificateOf(second).notBefore).toBe(new Date(clock.now).toISOString())
    expect(root.calls.sign).toBe(2)
  })

  test('follows a root that has a new key', async () => {
    const roots = [switched('root'), switched('root 2')]
    let at = 0
    const clock = { now: START }
    const provider = createDelegate(
      checkedOptions({
        root: {
          signer: (options) => roots[at]!.provider.signer(options),
          publicKeys: async () => (await Promise.all(roots.map((one) => one.provider.publicKeys!()))).flat(),
        },
        chains: ['*'],
      }),
      () => clock.now,
    )
    await provider.signer()
    at = 1
    clock.now += 25 * HOUR
    expect(certificateOf(await provider.signer()).root).toBe(await idOf(roots[1]!.provider))
    expect((await provider.publicKeys!()).map(({ uses }) => uses)).toEqual([['delegate'], ['delegate']])
  })
})

describe('a root that is away', () => {
  test('at first is its own error, and the next call tries again', async () => {
    const { provider, root } = under()
    root.set('down')
    await expect(provider.signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE', message: 'the service is away' })
    root.set('up')
    expect(await holds(await provider.signer())).toBe(true)
  })

  test('is ridden out to the end with warnings, then signing stops, and goes on when it is back', async () => {
    const { provider, root, clock, warnings } = under()
    const first = await provider.signer()
    root.set('down')
    clock.now = START + 22 * HOUR
    expect(await provider.signer()).toBe(first)
    await until(() => warnings.length === 1)
    expect(warnings[0]).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { keyId: await idOf(keyNamed('root')) } })
    expect(warnings[0]?.message).toContain('which ends at 2026-01-02T00:00:00.000Z')
    // not at each signature again
    const asked = root.calls.signer
    expect(await holds(await provider.signer())).toBe(true)
    expect(root.calls.signer).toBe(asked)
    for (let seconds = 1; seconds <= 4; seconds += 1) {
      clock.now += 60_000
      await provider.signer()
      await until(() => warnings.length === seconds + 1)
    }
    clock.now = START + 24 * HOUR - 1
    expect(await holds(first)).toBe(true)
    await until(() => warnings.length === 6)
    clock.now += 1
    const expired = { code: 'KEY_EXPIRED', details: { outcome: 'absent' } }
    await expect(first.sign(message)).rejects.toMatchObject(expired)
    await expect(provider.signer()).rejects.toMatchObject(expired)
    root.set('up')
    clock.now += 60_000
    const second = await provider.signer()
    expect(await holds(second)).toBe(true)
    expect(second.keyId).not.toBe(first.keyId)
  })

  test('comes back before the end: nobody noticed but by a warning', async () => {
    const { provider, root, clock, warnings } = under()
    const first = await provider.signer()
    root.set('down')
    clock.now = START + 22 * HOUR
    await provider.signer()
    await until(() => warnings.length === 1)
    root.set('up')
    clock.now += 60_000
    await provider.signer()
    await until(() => root.calls.sign === 2)
    const second = await nextAfter(provider, first)
    expect(await holds(second)).toBe(true)
    expect(warnings).toHaveLength(1)
  })

  test('that hangs is left after its time, and does not hold up the old key', async () => {
    const { provider, root, clock, warnings } = under(switched('root'), { timeoutMs: 20 })
    const first = await provider.signer()
    root.set('hanging')
    clock.now = START + 22 * HOUR
    expect(await provider.signer()).toBe(first)
    await expect.poll(() => warnings.length).toBe(1)
    expect(warnings[0]).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { reason: 'timeout' } })
  })

  test('that hangs at first is given up by who asked, and by nobody else', async () => {
    const { provider, root } = under(switched('root', { names: false }))
    root.set('hanging')
    const controller = new AbortController()
    const [given, kept] = [provider.signer({ signal: controller.signal }), provider.signer()]
    controller.abort(new Error('given up'))
    await expect(given).rejects.toThrow('given up')
    await provider.close?.()
    await expect(kept).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  })

  test('whose signature is wrong certifies nothing', async () => {
    const { provider, root } = under()
    root.set('lying')
    await expect(provider.signer()).rejects.toMatchObject({ code: 'KEY_BAD_SIGNATURE' })
  })
})

test('a delegate is no root: the depth is one', async () => {
  const inner = delegatedKey({ root: keyNamed('root'), chains: ['*'] })
  const outer = delegatedKey({ root: inner, chains: ['*'] })
  await expect(outer.signer()).rejects.toMatchObject({ code: 'KEY_WRONG_TYPE', details: { outcome: 'absent' } })
  await outer.close?.()
})

test('names the root’s keys for delegating, with what else is known of them', async () => {
  const root = await idOf(keyNamed('root'))
  const named = async (entries: object[] | undefined) => {
    const inner = keyNamed('root')
    const provider = delegatedKey({
      root: {
        signer: (options) => inner.signer(options),
        ...(entries ? { publicKeys: async () => entries as never } : {}),
      },
      chains: ['*'],
    })
    return provider.publicKeys?.()
  }
  expect(await named(undefined)).toEqual([{ keyId: root, uses: ['delegate'] }])
  expect(await named([{ keyId: root, uses: ['receipt'], validFrom: '2026-01-01T00:00:00.000Z' }])).toEqual([
    { keyId: root, uses: ['delegate'], validFrom: '2026-01-01T00:00:00.000Z' },
  ])
  expect(await named([{ keyId: root, uses: ['delegate', 'revoke'] }])).toEqual([
    { keyId: root, uses: ['delegate', 'revoke'] },
  ])
})

test('a clock that is set back finds no certificate from the future in force', async () => {
  const { provider, root, clock, warnings } = under()
  const first = await provider.signer()
  const early = { code: 'KEY_EXPIRED', details: { reason: 'clock', retryable: true } }
  // a small step is waited for and costs the root nothing
  clock.now = START - 5_000
  await expect(provider.signer()).rejects.toMatchObject(early)
  await expect(first.sign(message)).rejects.toMatchObject(early)
  expect(() => first.signSync?.(message)).toThrow(expect.objectContaining({ code: 'KEY_EXPIRED' }))
  clock.now = START
  expect(await provider.signer()).toBe(first)
  expect(root.calls.sign).toBe(1)
  expect(warnings).toEqual([])
  clock.now = START - 5_001
  const second = await provider.signer()
  expect(certificateOf(second).notBefore).toBe('2025-12-31T23:59:54.999Z')
  expect(second.keyId).not.toBe(first.keyId)
  expect(warnings).toMatchObject([early])
})

test('does nothing when it is made, and gives everything up when it is closed', async () => {
  const { provider, root } = under()
  expect(root.calls).toEqual({ signer: 0, sign: 0, publicKeys: 0, close: 0 })
  const signer = await provider.signer()
  await provider.close?.()
  await provider.close?.()
  expect(root.calls.close).toBe(1)
  await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  expect(() => signer.signSync?.(message)).toThrow(expect.objectContaining({ code: 'KEY_UNAVAILABLE' }))
  await expect(provider.signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  await expect(provider.publicKeys?.()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
})

test('shows neither the session key nor the root', async () => {
  const provider = delegatedKey({ root: keyNamed('root'), chains: ['*'] })
  const signer = await provider.signer()
  for (const shown of [
    inspect(provider, { depth: 9, showHidden: true }),
    inspect(signer, { depth: 9, showHidden: true }),
    JSON.stringify([provider, signer]),
  ])
    expect(shown).not.toMatch(/Uint8Array|Buffer|PRIVATE|KeyObject/)
})

test('is as ephemeral as its root', () => {
  expect(delegatedKey({ root: localKey({ ephemeral: true }), chains: ['*'] }).ephemeral).toBe(true)
  expect(delegatedKey({ root: keyNamed('root'), chains: ['*'] }).ephemeral).toBeUndefined()
})

test.each<[string, object, ErrorConstructor]>([
  ['no root', { chains: ['*'] }, TypeError],
  ['no chains', { chains: [] }, TypeError],
  ['a chain that can be none', { chains: ['a**'] }, RangeError],
  ['too many chains', { chains: Array.from({ length: 100 }, () => 'x'.repeat(200)) }, RangeError],
  ['a time too short', { chains: ['*'], ttlMs: 10 }, RangeError],
  ['a time too long', { chains: ['*'], ttlMs: 32 * 24 * HOUR }, RangeError],
  ['a renewal before its begin', { chains: ['*'], ttlMs: 5_000, renewBeforeMs: 5_000 }, RangeError],
  ['no patience', { chains: ['*'], timeoutMs: 0 }, RangeError],
  ['a misspelt option', { chains: ['*'], ttl: 5 }, TypeError],
  ['another backend', { chains: ['*'], backend: 'gpu' }, TypeError],
])('refuses %s', (what, options, kind) => {
  const given = { ...(what === 'no root' ? {} : { root: keyNamed('root') }), ...options } as DelegatedKeyOptions
  expect(() => delegatedKey(given)).toThrow(kind)
})
