/** A provider that is asked for no more than it can take. */
import { describe, expect, test, vi } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { type LimitedOptions, limited } from '../../src/keys/limited.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { keyNamed, switched, until, warningsOf } from './wrapped-support.js'

const message = new TextEncoder().encode('message')
const signedBy = (provider: KeyProvider) => async (count: number) => {
  const signer = await provider.signer()
  return Promise.allSettled(Array.from({ length: count }, () => signer.sign(message)))
}

describe('the published suite', () => {
  for (const { name, run } of keyProviderConformance(async () =>
    limited(keyNamed('a'), { concurrency: 4, rate: 100_000, breaker: true }),
  ))
    test(name, run)
})

test('signs so many at once and no more, and all in the end', async () => {
  const a = switched('a')
  const results = await signedBy(limited(a.provider, { concurrency: 3 }))(50)
  expect(results.every(({ status }) => status === 'fulfilled')).toBe(true)
  expect(a.underWay.most).toBe(3)
})

test('one that hangs gives its place back when its time is over', async () => {
  const a = switched('a', { names: false })
  const provider = limited(a.provider, { concurrency: 1, timeoutMs: 30 })
  const signer = await provider.signer()
  a.set('hanging')
  const hanging = signer.sign(message)
  await until(() => a.calls.sign === 1)
  a.set('up')
  const next = signer.sign(message)
  await expect(hanging).rejects.toMatchObject({
    code: 'KEY_UNAVAILABLE',
    details: { reason: 'timeout', retryable: true },
  })
  expect(await next).toHaveLength(64)
})

test('who waits in the queue may give up and is never signed for', async () => {
  const a = switched('a', { names: false })
  const provider = limited(a.provider, { concurrency: 1 })
  const signer = await provider.signer()
  a.set('hanging')
  const first = signer.sign(message)
  first.catch(() => undefined)
  await until(() => a.calls.sign === 1)
  const controller = new AbortController()
  const waiting = signer.sign(message, { signal: controller.signal })
  controller.abort(new Error('given up'))
  await expect(waiting).rejects.toThrow('given up')
  expect(a.calls.sign).toBe(1)
})

test('signs at most so many a second', async () => {
  vi.useFakeTimers()
  try {
    const a = switched('a')
    const provider = limited(a.provider, { concurrency: 1_000, rate: 25, timeoutMs: 60_000 })
    const signer = await provider.signer()
    const signed = Promise.all(Array.from({ length: 75 }, () => signer.sign(message)))
    const seen: number[] = []
    for (let second = 0; second < 3; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000)
      seen.push(a.calls.sign)
    }
    // what begins at the second's edge counts to either
    expect(seen[0]).toBeGreaterThanOrEqual(24)
    expect(seen[0]).toBeLessThanOrEqual(28)
    expect((seen[1] as number) - (seen[0] as number)).toBeLessThanOrEqual(28)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await signed).toHaveLength(75)
  } finally {
    vi.useRealTimers()
  }
})

describe('a breaker', () => {
  const options: LimitedOptions = { concurrency: 1, breaker: { failures: 3, retryAfterMs: 1_000 } }

  test('leaves a provider alone that fails again and again, and tries it later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const a = switched('a', { names: false })
      const provider = limited(a.provider, options)
      const warnings = warningsOf(provider)
      a.set('down')
      await signedBy(provider)(10)
      expect(a.calls.sign).toBe(3)
      const [refused] = await signedBy(provider)(1)
      expect(refused).toMatchObject({
        reason: { code: 'KEY_UNAVAILABLE', details: { reason: 'circuit-open', retryable: true } },
      })
      expect(warnings.map(({ details }) => details.reason)).toEqual(['circuit-open'])
      a.set('up')
      vi.setSystemTime(Date.now() + 1_001)
      expect((await signedBy(provider)(5)).map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'))
    } finally {
      vi.useRealTimers()
    }
  })

  test('does not count what says nothing of the service: a permission, a caller that gave up', async () => {
    const a = switched('a', { names: false })
    const provider = limited(a.provider, options)
    a.set(new QuittanceError('KEY_PERMISSION', 'not allowed'))
    await signedBy(provider)(10)
    expect(a.calls.sign).toBe(10)
    a.set('hanging')
    const signer = await provider.signer()
    for (let turn = 0; turn < 5; turn += 1) {
      const controller = new AbortController()
      const asked = signer.sign(message, { signal: controller.signal })
      await until(() => a.calls.sign === 11 + turn)
      controller.abort(new Error('given up'))
      await expect(asked).rejects.toThrow('given up')
    }
    a.set('up')
    expect(await signer.sign(message)).toHaveLength(64)
  })

  test('a try that its caller gives up does not end the break', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const a = switched('a', { names: false })
      const provider = limited(a.provider, options)
      warningsOf(provider)
      const signer = await provider.signer()
      a.set('down')
      await signedBy(provider)(3)
      a.set('hanging')
      vi.setSystemTime(Date.now() + 1_001)
      const controller = new AbortController()
      const tried = signer.sign(message, { signal: controller.signal })
      await until(() => a.calls.sign === 4)
      controller.abort(new Error('given up'))
      await expect(tried).rejects.toThrow('given up')
      await expect(signer.sign(message)).rejects.toMatchObject({ details: { reason: 'circuit-open' } })
      a.set('up')
      vi.setSystemTime(Date.now() + 1_001)
      expect(await signer.sign(message)).toHaveLength(64)
    } finally {
      vi.useRealTimers()
    }
  })

  test('counts failures to name a key by themselves', async () => {
    const a = switched('a')
    const provider = limited(a.provider, options)
    const warnings = warningsOf(provider)
    a.set('down')
    for (let turn = 0; turn < 5; turn += 1)
      await expect(provider.signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    expect(a.calls.signer).toBe(3)
    expect(warnings).toHaveLength(1)
  })
})

test('what a provider throws that is no error of ours becomes one', async () => {
  const provider = limited(
    {
      name: 'odd',
      signer: async () => {
        throw new Error('x')
      },
    },
    { concurrency: 1 },
  )
  await expect(provider.signer()).rejects.toMatchObject({
    code: 'KEY_SIGNING_FAILED',
    message: 'the key provider odd failed',
  })
})

test.each<[string, unknown]>([
  ['no concurrency', {}],
  ['a concurrency of none', { concurrency: 0 }],
  ['a rate of none', { concurrency: 1, rate: 0 }],
  ['a breaker that never breaks', { concurrency: 1, breaker: { failures: 0 } }],
  ['no patience', { concurrency: 1, timeoutMs: Number.NaN }],
])('refuses %s', (_, options) => {
  expect(() => limited(keyNamed('a'), options as LimitedOptions)).toThrow(RangeError)
})

test('refuses a misspelt option', () => {
  expect(() => limited(keyNamed('a'), { concurrency: 1, rates: 3 } as never)).toThrow(TypeError)
  expect(() => limited(keyNamed('a'), { concurrency: 1, breaker: { after: 3 } as never })).toThrow(TypeError)
})

test('what waits in the queue is refused when it is closed', async () => {
  const a = switched('a', { names: false })
  const provider = limited(a.provider, { concurrency: 1 })
  const signer = await provider.signer()
  a.set('hanging')
  signer.sign(message).catch(() => undefined)
  const waiting = [signer.sign(message), signer.sign(message)]
  await until(() => a.calls.sign === 1)
  const results = Promise.allSettled(waiting)
  await provider.close?.()
  for (const result of await results) expect(result).toMatchObject({ reason: { code: 'KEY_UNAVAILABLE' } })
  await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  expect(a.calls.sign).toBe(1)
})
