/** A signer that is kept for a while. */
import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { type CachedOptions, cached } from '../../src/keys/cached.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { ClassSigner, clientError, idOf, keyNamed, SECRET, switched } from './wrapped-support.js'

const message = new TextEncoder().encode('message')
const LONG = { ms: 60_000 }

describe('the published suite', () => {
  for (const { name, run } of keyProviderConformance(async () => cached(keyNamed('a'), LONG))) test(name, run)
})

test('a signer is asked for once a chain, also by many at once', async () => {
  const a = switched('a')
  const provider = cached(a.provider, LONG)
  await Promise.all(Array.from({ length: 100 }, () => provider.signer({ chainId: 'one' })))
  expect(a.calls.signer).toBe(1)
  await provider.signer({ chainId: 'two' })
  expect(a.calls.signer).toBe(2)
  await Promise.all([provider.publicKeys?.(), provider.publicKeys?.()])
  expect(a.calls.publicKeys).toBe(1)
})

test('and again when its time is over', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const a = switched('a')
    const provider = cached(a.provider, { ms: 1_000 })
    await provider.signer()
    await provider.publicKeys?.()
    vi.advanceTimersByTime(999)
    await provider.signer()
    expect(a.calls.signer).toBe(1)
    vi.advanceTimersByTime(1)
    await provider.signer()
    await provider.publicKeys?.()
    expect(a.calls).toMatchObject({ signer: 2, publicKeys: 2 })
  } finally {
    vi.useRealTimers()
  }
})

test('a failure is not kept', async () => {
  const a = switched('a')
  const provider = cached(a.provider, LONG)
  a.set('down')
  await expect(provider.signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  await expect(provider.publicKeys?.()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  a.set('up')
  expect(await idOf(provider)).toBe(await idOf(keyNamed('a')))
  expect(await provider.publicKeys?.()).toHaveLength(1)
})

test('a signer that fails to sign is let go of; one that was given up is not', async () => {
  const a = switched('a', { names: false })
  const provider = cached(a.provider, LONG)
  const signer = await provider.signer()
  a.set('hanging')
  const controller = new AbortController()
  const given = signer.sign(message, { signal: controller.signal })
  given.catch(() => undefined)
  controller.abort()
  await provider.signer()
  expect(a.calls.signer).toBe(1)
  a.set('down')
  await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  await provider.signer()
  expect(a.calls.signer).toBe(2)
})

test('who asked first may give up: the others get their signer', async () => {
  const a = switched('a')
  const provider = cached(a.provider, LONG)
  const controller = new AbortController()
  const [first, second] = [provider.signer({ signal: controller.signal }), provider.signer()]
  controller.abort(new Error('given up'))
  await expect(first).rejects.toThrow('given up')
  expect((await second).keyId).toBe(await idOf(keyNamed('a')))
  expect(a.calls.signer).toBe(1)
})

test('keeps what the provider is: its name, its end, its synchronous signature', async () => {
  const provider = cached(keyNamed('a'), LONG)
  expect(provider.name).toBe('local')
  const { signSync } = await provider.signer()
  expect(signSync?.(message)).toHaveLength(64)
  await provider.close?.()
  expect(() => signSync?.(message)).toThrow(expect.objectContaining({ code: 'KEY_UNAVAILABLE' }))
})

test.each<[string, unknown, unknown, ErrorConstructor]>([
  ['no provider', undefined, LONG, TypeError],
  ['no time', { signer() {} }, {}, RangeError],
  ['a time without end', { signer() {} }, { ms: Number.POSITIVE_INFINITY }, RangeError],
  ['no patience', { signer() {} }, { ms: 1, timeoutMs: 0 }, RangeError],
  ['a misspelt option', { signer() {} }, { ms: 1, ttl: 1 }, TypeError],
])('refuses %s', (_, provider, options, kind) => {
  expect(() => cached(provider as KeyProvider, options as CachedOptions)).toThrow(kind)
})

test('an opening that hangs ends in time and is not kept', async () => {
  const a = switched('a')
  const provider = cached(a.provider, { ms: 60_000, timeoutMs: 20 })
  a.set('hanging')
  const timeout = { code: 'KEY_UNAVAILABLE', details: { reason: 'timeout', retryable: true } }
  const controller = new AbortController()
  const given = provider.signer({ signal: controller.signal })
  controller.abort(new Error('given up'))
  await expect(given).rejects.toThrow('given up')
  await expect(provider.signer()).rejects.toMatchObject(timeout)
  await expect(provider.publicKeys?.()).rejects.toMatchObject(timeout)
  a.set('up')
  expect(await idOf(provider)).toBe(await idOf(keyNamed('a')))
  expect(await provider.publicKeys?.()).toHaveLength(1)
})

test('what waits for a hanging opening ends when it is closed', async () => {
  const a = switched('a')
  const provider = cached(a.provider, LONG)
  a.set('hanging')
  const waiting = provider.signer()
  await provider.close?.()
  await expect(waiting).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
})

test('shows nothing of a client’s own error: its name and its code alone', async () => {
  const fail = async () => Promise.reject(clientError())
  const naming = cached({ signer: fail, publicKeys: fail }, LONG)
  const signing = await cached({ signer: async () => ({ keyId: 'x', sign: fail }) }, LONG).signer()
  for (const asked of [naming.signer(), naming.publicKeys?.(), signing.sign(message)]) {
    const error = await asked?.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'KEY_SIGNING_FAILED', cause: { name: 'TypeError', code: 'ERR_BAD_REQUEST' } })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(SECRET)
  }
})

test('keeps the this of a signer', async () => {
  const signer = await cached({ signer: async () => new ClassSigner() }, LONG).signer()
  expect(signer.signSync?.(message)).toEqual(await signer.sign(message))
})
