import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { until } from '../../scripts/services/until.js'
import type { Link } from '../../src/store/redis/link.js'
import { faultOf, linkTo } from './redis-links.js'

describe('the turn to write', () => {
  let redis: RedisService
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  const links = (count: number) => Array.from({ length: count }, () => linkTo({ url: redis.url }))
  const freshKeys = () => {
    const tag = randomUUID()
    return { holder: `{${tag}}l`, token: `{${tag}}t` }
  }
  const blocked = async () => String(await redis.command('CLIENT', 'LIST')).split(' flags=b ').length - 1
  /** Waits until so many block: from then on their order at the server is settled. */
  const untilBlocked = (count: number) => until(`${count} block`, async () => (await blocked()) === count)

  it('goes to those who wait in the order they came, and nobody comes in between', async () => {
    const keys = freshKeys()
    const [holder, ...others] = links(7) as [Link, ...Link[]]
    const first = await holder.lease(keys, 30_000, {})
    const order: number[] = []
    const waiting: Promise<void>[] = []
    for (const [index, link] of others.entries()) {
      waiting.push(
        link.lease(keys, 30_000, {}).then(async (turn) => {
          order.push(index)
          await turn.release()
        }),
      )
      await untilBlocked(index + 1)
    }
    const late = first.release().then(async () => {
      const turn = await holder.lease(keys, 30_000, {})
      order.push(99)
      await turn.release()
    })
    await Promise.all([...waiting, late])
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 99])
  })

  it('is had by one at a time, however many want it', async () => {
    const keys = freshKeys()
    let holders = 0
    let turns = 0
    await Promise.all(
      links(6).flatMap((link) =>
        [0, 1].map(async () => {
          for (let round = 0; round < 15; round += 1) {
            const turn = await link.lease(keys, 30_000, {})
            holders += 1
            expect(holders).toBe(1)
            if (round % 3 === 0) await new Promise<void>((resolve) => setImmediate(resolve))
            holders -= 1
            turns += 1
            await turn.release()
          }
        }),
      ),
    )
    expect(turns).toBe(180)
    expect(await redis.command('PTTL', keys.holder)).toBeLessThanOrEqual(1_000)
  })

  it('ends alone where its holder died', async () => {
    const keys = freshKeys()
    const [dead, ...others] = links(4) as [Link, ...Link[]]
    await dead.lease(keys, 300, {})
    await dead.close()
    const turns = others.map(async (link) => (await link.lease(keys, 30_000, {})).release())
    await Promise.all(turns)
  })

  it('goes on where whoever got the token died before taking the turn', async () => {
    const keys = freshKeys()
    const [first, second] = links(2) as [Link, Link]
    const turn = await first.lease(keys, 30_000, {})
    const thief = redis.command('BLPOP', keys.token, 5)
    await untilBlocked(1)
    await turn.release()
    expect(await thief).toEqual([keys.token, '1'])
    await (await second.lease(keys, 30_000, {})).release()
  })

  it('is waited for no longer than it would last', async () => {
    const keys = freshKeys()
    const [first, second] = links(2) as [Link, Link]
    await first.lease(keys, 30_000, {})
    const { details } = await faultOf(second.lease(keys, 60, { chainId: 'chain' }), 'STORE_UNAVAILABLE')
    expect(details).toEqual({ reason: 'lease', retryable: true, chainId: 'chain' })
    expect(await blocked()).toBe(0)
  })

  it('is given back once, and only by whoever has it', async () => {
    const keys = freshKeys()
    const [first, second] = links(2) as [Link, Link]
    const old = await first.lease(keys, 20, {})
    const turn = await second.lease(keys, 30_000, {})
    const held = await redis.command('GET', keys.holder)
    await old.release()
    expect(await redis.command('GET', keys.holder)).toBe(held)
    expect(await redis.command('EXISTS', keys.token)).toBe(0)
    await turn.release()
    await turn.release()
    expect(await redis.command('LLEN', keys.token)).toBe(1)
    await (await first.lease(keys, 30_000, {})).release()
  })

  it('leaves nothing behind that lasts', async () => {
    const keys = freshKeys()
    const [link] = links(1) as [Link]
    await (await link.lease(keys, 30_000, {})).release()
    expect(await redis.command('PTTL', keys.holder)).toBeGreaterThan(0)
    expect(await redis.command('PTTL', keys.token)).toBeGreaterThan(0)
  })

  it('who gives up leaves the queue', async () => {
    const keys = freshKeys()
    const [first, second, third] = links(3) as [Link, Link, Link]
    const turn = await first.lease(keys, 30_000, {})
    const controller = new AbortController()
    const reason = new Error('enough')
    const given = second.lease(keys, 30_000, { signal: controller.signal })
    await untilBlocked(1)
    const patient = third.lease(keys, 30_000, {})
    await untilBlocked(2)
    controller.abort(reason)
    await expect(given).rejects.toBe(reason)
    await untilBlocked(1)
    await turn.release()
    await (await patient).release()
  })

  it('who is cut off while waiting is told, and the others go on', async () => {
    const keys = freshKeys()
    const [first, second, third] = links(3) as [Link, Link, Link]
    const turn = await first.lease(keys, 30_000, {})
    const cut = faultOf(second.lease(keys, 30_000, {}), 'STORE_UNAVAILABLE')
    await untilBlocked(1)
    const id = /id=(\d+) .* flags=b /.exec(String(await redis.command('CLIENT', 'LIST')))?.[1] as string
    await redis.command('CLIENT', 'KILL', 'ID', id)
    expect((await cut).details.retryable).toBe(true)
    const patient = third.lease(keys, 30_000, {})
    await untilBlocked(1)
    await turn.release()
    await (await patient).release()
  })

  it('keeps no connection for waiting where nobody waits', async () => {
    const keys = freshKeys()
    const [link] = links(1) as [Link]
    const connections = async () => String(await redis.command('CLIENT', 'LIST')).split('name=quittance ').length - 1
    const turn = await link.lease(keys, 30_000, {})
    const others = Array.from({ length: 5 }, async () => (await link.lease(keys, 30_000, {})).release())
    await untilBlocked(5)
    expect(await connections()).toBe(6)
    await turn.release()
    await Promise.all(others)
    await until('one is left', async () => (await connections()) === 1)
  })
})
