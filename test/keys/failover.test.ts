/** Two keys, of which the first that works signs. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { delegatedKey } from '../../src/keys/delegated.js'
import { createFailover } from '../../src/keys/failover/choose.js'
import { checkedOptions } from '../../src/keys/failover/options.js'
import { type FailoverOptions, failover } from '../../src/keys/failover.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { ClassSigner, clientError, idOf, keyNamed, SECRET, switched, until, warningsOf } from './wrapped-support.js'

const message = new TextEncoder().encode('message')

function pair(options: FailoverOptions = {}, names = true) {
  const clock = { now: 0 }
  const [a, b] = [switched('a', { names }), switched('b', { names })]
  const provider = createFailover(checkedOptions([a.provider, b.provider], options), () => clock.now)
  return { a, b, clock, provider, warnings: warningsOf(provider) }
}

const [idOfA, idOfB] = await Promise.all([idOf(keyNamed('a')), idOf(keyNamed('b'))])

describe('the published suite', () => {
  for (const { name, run } of keyProviderConformance(async () => failover([keyNamed('a'), keyNamed('b')])))
    test(name, run)
  for (const { name, run } of keyProviderConformance(async () => {
    const { provider, a } = pair()
    await provider.publicKeys?.()
    a.set('down')
    return provider
  }))
    test(`${name}, with the first one down`, run)
})

test('the first signs while it works', async () => {
  const { provider, b, warnings } = pair()
  expect(await idOf(provider)).toBe(idOfA)
  await (await provider.signer()).sign(message)
  expect(b.calls.signer).toBe(0)
  expect(warnings).toEqual([])
})

describe('a first one that is down', () => {
  test('when it is asked for a signer: the second signs, and a warning says so', async () => {
    const { provider, a, warnings } = pair()
    a.set('down')
    expect(await idOf(provider)).toBe(idOfB)
    expect(await idOf(provider)).toBe(idOfB)
    // not asked again at each batch
    expect(a.calls.signer).toBe(1)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { keyId: idOfB, reason: 'failover' } })
    expect(warnings[0]?.message).toBe('key provider a (1) failed with KEY_UNAVAILABLE: b (2) signs from now on')
  })

  test('when it signs: the error says to try again, and the next signer is the second', async () => {
    const { provider, a } = pair({}, false)
    const signer = await provider.signer()
    a.set('down')
    const signed = await Promise.allSettled(Array.from({ length: 8 }, () => signer.sign(message)))
    for (const one of signed)
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { code: 'KEY_UNAVAILABLE', details: { retryable: true } },
      })
    expect(await idOf(provider)).toBe(idOfB)
  })

  test('because it hangs: it is left after its time', async () => {
    const { provider, a, warnings } = pair({ timeoutMs: 20 })
    a.set('hanging')
    expect(await idOf(provider)).toBe(idOfB)
    expect(warnings[0]?.message).toContain('failed with KEY_UNAVAILABLE')
  })

  test('comes back when a signature of its proves that it works, and that is on record too', async () => {
    const { provider, a, clock, warnings } = pair({ retryAfterMs: 1_000 }, false)
    a.set('down')
    await expect((await provider.signer()).sign(message)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    expect(await idOf(provider)).toBe(idOfB)
    clock.now = 1_000
    expect(await idOf(provider)).toBe(idOfB)
    await until(() => a.calls.sign === 2)
    // its failure is noted at that time
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    a.set('up')
    clock.now = 2_000
    await expect.poll(() => idOf(provider)).toBe(idOfA)
    expect(a.calls.sign).toBe(3)
    expect(warnings.map(({ details }) => [details.reason, details.keyId])).toEqual([
      ['failover', idOfB],
      ['failback', idOfA],
    ])
  })

  test('whose signatures are wrong does not come back', async () => {
    const { provider, a, clock } = pair({ retryAfterMs: 1_000 }, false)
    a.set('down')
    await expect((await provider.signer()).sign(message)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    a.set('lying')
    clock.now = 1_000
    expect(await idOf(provider)).toBe(idOfB)
    await until(() => a.calls.sign === 2)
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(await idOf(provider)).toBe(idOfB)
  })

  test('with a second one that is down too is its own error', async () => {
    const { provider, a, b } = pair()
    a.set('down')
    b.set('hanging')
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('given up')), 10)
    await expect(provider.signer({ signal: controller.signal })).rejects.toThrow('given up')
    b.set('down')
    await expect(provider.signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    // and what comes back first signs, whichever it is
    b.set('up')
    expect(await idOf(provider)).toBe(idOfB)
  })
})

test('a caller that gives up is no failure of the key', async () => {
  const { provider, a } = pair({}, false)
  const signer = await provider.signer()
  a.set('hanging')
  const controller = new AbortController()
  const asked = signer.sign(message, { signal: controller.signal })
  controller.abort(new Error('given up'))
  await expect(asked).rejects.toThrow('given up')
  expect(await idOf(provider)).toBe(idOfA)
})

test('a key that may not sign one chain is not broken for the others', async () => {
  const first = delegatedKey({ root: keyNamed('root'), chains: ['acme'] })
  const provider = failover([first, keyNamed('b')])
  const warnings = warningsOf(provider)
  expect((await provider.signer({ chainId: 'other' })).keyId).toBe(idOfB)
  expect((await provider.signer({ chainId: 'acme' })).delegation).toBeDefined()
  await provider.signer({ chainId: 'other' })
  // once a chain, and not for the chain that the first one covers
  expect(warnings).toEqual([
    expect.objectContaining({
      code: 'KEY_PERMISSION',
      details: expect.objectContaining({ chainId: 'other', reason: 'scope' }),
    }),
  ])
  await provider.close?.()
})

describe('its public keys', () => {
  test('are those of all', async () => {
    const { provider } = pair()
    expect(await provider.publicKeys?.()).toEqual([{ keyId: idOfA }, { keyId: idOfB }])
    const unnamed = (name: string): KeyProvider => ({ signer: (options) => keyNamed(name).signer(options) })
    expect(await failover([unnamed('a'), unnamed('b')]).publicKeys?.()).toEqual([{ keyId: idOfA }, { keyId: idOfB }])
  })

  test('of one that is down are those that it named before; else there is no answer', async () => {
    const { provider, a } = pair()
    a.set('down')
    await expect(provider.publicKeys?.()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    a.set('up')
    await provider.publicKeys?.()
    a.set('down')
    expect(await provider.publicKeys?.()).toEqual([{ keyId: idOfA }, { keyId: idOfB }])
  })
})

test('closes all, also where one fails to', async () => {
  const b = switched('b')
  const a: KeyProvider = {
    ...keyNamed('a'),
    close: async () => {
      throw new Error('no')
    },
  }
  await expect(failover([a, b.provider]).close?.()).rejects.toThrow('no')
  expect(b.calls.close).toBe(1)
})

test.each<[string, () => unknown, ErrorConstructor]>([
  ['one provider', () => failover([keyNamed('a')]), TypeError],
  ['what is no provider', () => failover([keyNamed('a'), {} as KeyProvider]), TypeError],
  ['the same twice', () => ((one) => failover([one, one]))(keyNamed('a')), TypeError],
  ['no patience', () => failover([keyNamed('a'), keyNamed('b')], { timeoutMs: -1 }), RangeError],
  ['a misspelt option', () => failover([keyNamed('a'), keyNamed('b')], { retryMs: 1 } as never), TypeError],
])('refuses %s', (_, make, kind) => {
  expect(make).toThrow(kind)
})

test('shows nothing of a client’s own error, and keeps the this of a signer', async () => {
  const odd: KeyProvider = { signer: async () => Promise.reject(clientError()) }
  const provider = failover([odd, { signer: async () => new ClassSigner() }])
  const warnings = warningsOf(provider)
  const signer = await provider.signer()
  expect(signer.signSync?.(new Uint8Array(3))).toEqual(new ClassSigner().signSync())
  expect(warnings).toHaveLength(1)
  expect(inspect(warnings, { depth: 20, showHidden: true })).not.toContain(SECRET)
})
