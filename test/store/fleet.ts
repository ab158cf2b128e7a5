/** Many processes that write on one chain, and what is held against them afterwards. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { SentinelGroup } from '../../scripts/services/redis-sentinel.js'
import { localKey } from '../../src/keys/local.js'
import { sha256 } from '../../src/primitives/sha256.js'
import type { FleetOrders } from './fleet-orders.js'

/** Of an acknowledgement: its id, a seq of some digits, a hash. */
const lineBytes = 36 + 1 + 4 + 1 + 71 + 1

const script = fileURLToPath(new URL('./children/fleet-writer.ts', import.meta.url))
const seed = Buffer.from(sha256('quittance test fleet')).toString('hex')
/** The key that every writer of the fleet signs with. */
export const fleetKey = () => localKey({ seed })

/** A receipt that its writer was told is durable. */
export interface AcknowledgedReceipt {
  readonly receiptId: string
  readonly seq: number
  readonly receiptHash: string
}

/** A process of the fleet. */
export interface FleetWriter {
  readonly orders: FleetOrders
  readonly process: ChildProcess
  /** About how many it was told are durable, so far. */
  readonly count: number
  acknowledged(): AcknowledgedReceipt[]
  /** Receipts that it was told are lost for good, or were lost and put back. */
  told(outcome: 'recorded' | 'restored'): AcknowledgedReceipt[]
  /** Resolves when it has ended: its exit code, and what it complained about. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>
}

const linesOf = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []

/** Starts a process; it ends with the running test at the latest. */
export function startFleetWriter(
  dir: string,
  given: Omit<FleetOrders, 'acknowledged' | 'told'>,
  life = 1,
): FleetWriter {
  const file = (what: string) => join(dir, `${what}-${given.writer}-${life}`)
  const orders: FleetOrders = { ...given, acknowledged: file('acknowledged'), told: file('told') }
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, FLEET_SEED: seed },
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    orders,
    process: child,
    ended,
    get count() {
      return existsSync(orders.acknowledged) ? Math.floor(statSync(orders.acknowledged).size / lineBytes) : 0
    },
    acknowledged: () =>
      linesOf(orders.acknowledged).map((line) => {
        const [receiptId = '', seq, receiptHash = ''] = line.split(' ')
        return { receiptId, seq: Number(seq), receiptHash }
      }),
    told: (outcome) =>
      linesOf(orders.told).flatMap((line) => {
        const told = JSON.parse(line) as { outcome: string; lost: AcknowledgedReceipt[] }
        return told.outcome === outcome ? told.lost : []
      }),
  }
}

/** A stop for everything that goes on beside the test. */
export interface Disturbance {
  readonly strikes: number
  stop(): Promise<void>
}

/** Strikes at connections and at the script cache of whoever is the primary, until it is stopped. */
export function disturb(group: SentinelGroup, random: () => number): Disturbance {
  let going = true
  let strikes = 0
  const strike = async (): Promise<void> => {
    const primary = await group.primary()
    if (random() < 0.25) await primary.command('SCRIPT', 'FLUSH')
    else {
      // a sentinel that is cut off takes the server for gone, and a failover that nobody asked for follows
      const victims = String(await primary.command('CLIENT', 'LIST', 'TYPE', 'normal'))
        .split('\n')
        .filter((line) => line !== '' && !line.includes('name=sentinel-'))
      const victim = /^id=(\d+)/.exec(victims[Math.floor(random() * victims.length)] ?? '')?.[1]
      if (victim === undefined) return
      await primary.command('CLIENT', 'KILL', 'ID', victim)
    }
    strikes += 1
  }
  const done = (async () => {
    while (going) {
      await new Promise((resolve) => setTimeout(resolve, 15 + random() * 50))
      // there may be no primary just now, or the strike hit itself: the next one comes soon
      await strike().catch(() => undefined)
    }
  })()
  const stop = async (): Promise<void> => {
    going = false
    await done
  }
  onTestFinished(stop)
  return {
    get strikes() {
      return strikes
    },
    stop,
  }
}

/** Random numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
