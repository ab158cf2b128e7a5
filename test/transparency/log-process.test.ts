/** Processes that share one server and are killed: whatever was handed out leads to the receipts that are there. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { redisStore } from '../../src/store/redis.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import type { PublishedCheckpoint } from '../../src/transparency/types.js'
import { stored } from '../ledger/support.js'
import { LOG_CHAIN, opened, recordingSink, rootOf, worldOn } from './log-support.js'

const KILLS = 6
const script = fileURLToPath(new URL('./log-child.ts', import.meta.url))

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** Runs until it has handed out so many checkpoints, or has ended. */
async function killedAfter(child: ChildProcess, count: number): Promise<PublishedCheckpoint[]> {
  const ended = once(child, 'close')
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk
    if (text.split('\n').length > count) child.kill('SIGKILL')
  })
  const [code] = (await ended) as [number | null]
  if (code !== null) throw new Error(`the process ended by itself: ${code}`)
  // the last line may be cut
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as PublishedCheckpoint)
}

describe('on a Redis server', () => {
  it('two processes at a time, killed again and again, never sign a fork', async () => {
    const start = () =>
      spawn(process.execPath, ['--import', 'tsx', script, redis.url, 'acme'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const handedOut: PublishedCheckpoint[] = []
    const lane = async (first: number): Promise<void> => {
      for (let kill = first; kill < KILLS; kill += 2) handedOut.push(...(await killedAfter(start(), 2 + kill)))
    }
    await Promise.all([lane(0), lane(1)])
    const store = redisStore({ url: redis.url })
    const last = recordingSink()
    const { ledger, log } = worldOn(store, { sinks: [last] })
    expect(await log.catchUp()).toEqual({ chains: 1, failed: 0 })
    await log.publish()
    handedOut.push(...last.got)
    expect(handedOut.length).toBeGreaterThan(2 * KILLS)
    const chains = new Map([
      ['acme', await stored(store)],
      [LOG_CHAIN, await stored(store, LOG_CHAIN)],
    ])
    const seen = new Map<string, string>()
    for (const { chainId, note, size } of handedOut) {
      if (seen.get(`${chainId} ${size}`) === note) continue
      seen.set(`${chainId} ${size}`, note)
      expect((await opened(note)).root, `${chainId} ${size}`).toBe(rootOf(chains.get(chainId) ?? [], size))
    }
    // nothing that was appended is left out
    expect((await storedCheckpoint(store, 'acme'))?.size).toBe(chains.get('acme')?.length)
    expect((await log.compare('acme')).size).toBe(chains.get('acme')?.length)
    for (const { system } of chains.get(LOG_CHAIN) ?? []) {
      if (system?.event !== 'checkpoint') continue
      expect(system.rootHash).toBe(`sha256:${rootOf(chains.get('acme') ?? [], system.size)}`)
    }
    await log.close()
    await ledger.close()
  }, 120_000)
})
