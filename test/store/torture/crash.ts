/** A process that writes is killed again and again, and everything that it had acknowledged is looked for. */
import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type FileStoreNotice, fileStore } from '../../../src/store/file.js'
import type { Bundle } from './bundle.js'
import type { Said, WriterOrders } from './orders.js'
import { type Random, randomFrom } from './random.js'
import { draft, fastClock, judged, ledgerOn } from './world.js'

export interface CrashOptions {
  readonly kills: number
  readonly seed: number
  /** The child's program. */
  readonly writer: Bundle
  /** How many directories are used at the same time. */
  readonly atOnce?: number
  /** After so many kills a directory is left for a new one. */
  readonly killsEach?: number
  readonly segmentBytes?: number
  readonly onRound?: (done: number) => void
}

/** What the kills met. */
export interface CrashFindings {
  kills: number
  acknowledged: number
  erased: number
  pruned: number
  /** Erasures and prunes that a kill came into the middle of. */
  interrupted: number
  tornSetAside: number
  /** Killed before the first acknowledgement. */
  early: number
}

/** What was promised of one chain. */
interface Promised {
  readonly acknowledged: Map<string, { readonly seq: number; readonly hash: string }>
  readonly erased: Set<string>
  prunedBelow: number
  isPruning: boolean
}

const CHAIN = 'torture/chain'
const clock = { begun: Date.now(), dayMs: 400 }

/** @throws AssertionError where a promise was broken, with the seed */
export async function crash(options: CrashOptions): Promise<CrashFindings> {
  const { kills, seed, atOnce = 2, killsEach = 5 } = options
  const findings: CrashFindings = {
    kills: 0,
    acknowledged: 0,
    erased: 0,
    pruned: 0,
    interrupted: 0,
    tornSetAside: 0,
    early: 0,
  }
  let next = 0
  const lane = async (): Promise<void> => {
    for (; next < kills; ) {
      const first = next
      next += Math.min(killsEach, kills - first)
      await oneDirectory(options, first, next - first, findings)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, lane))
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).stack}`, { cause: error })
  }
  return findings
}

async function oneDirectory(
  options: CrashOptions,
  first: number,
  kills: number,
  findings: CrashFindings,
): Promise<void> {
  const { seed, segmentBytes = 65_536 } = options
  const random = randomFrom(seed * 7_919 + first)
  const dir = await mkdtemp(join(tmpdir(), 'quittance-crash-'))
  const promised: Promised = { acknowledged: new Map(), erased: new Set(), prunedBelow: 0, isPruning: false }
  let isSound = false
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const orders: WriterOrders = {
        dir,
        chainId: CHAIN,
        seed: seed + first + kill,
        inFlight: 64,
        store: { segmentBytes },
        clock,
        text: 1_500,
        erase: random.chance(0.4) ? 0.1 : 0,
        prune: random.chance(0.4) ? 0.1 : 0,
      }
      const said = await killedWhile(options.writer, orders, random)
      const before = findings.acknowledged
      const count = (says: Said['says']) => said.filter((what) => what.says === says).length
      findings.interrupted += count('erasing') + count('pruning') - count('erased') - count('pruned')
      for (const what of said) take(what, promised, findings)
      if (findings.acknowledged === before) findings.early += 1
      await keepsEveryPromise(dir, promised)
      if (random.chance(0.15)) await writeHere(dir, segmentBytes, promised, findings)
      findings.kills += 1
      options.onRound?.(findings.kills)
    }
    isSound = true
  } finally {
    // what went wrong is left to be looked at
    if (isSound) await rm(dir, { recursive: true, force: true })
    else console.error(`left as it was found: ${dir}`)
  }
}

/** Starts a writer and kills it: mostly while it writes, sometimes while it opens what its predecessor left. */
async function killedWhile({ file }: Bundle, orders: WriterOrders, random: Random): Promise<Said[]> {
  const untilSaid = random.chance(0.25) ? 'ready' : 'acknowledged'
  const wait = random.unit() * (orders.erase + orders.prune > 0 ? 200 : 60)
  const child = spawn(process.execPath, [file, JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const ended = once(child, 'exit')
  const pipe = child.stdio[3] as Readable
  let heard = ''
  const begun = new Promise<void>((resolve) => {
    pipe.on('data', (chunk: Buffer) => {
      heard += chunk
      if (heard.includes(untilSaid)) resolve()
    })
  })
  const closed = once(pipe, 'close')
  await Promise.race([begun, ended])
  await delay(wait)
  child.kill('SIGKILL')
  const [, signal] = await ended
  assert.equal(signal, 'SIGKILL', 'the writer ended by itself')
  await closed
  const lines = heard.split('\n')
  // a line is written in one call, and a kill does not come into the middle of one
  assert.equal(lines.pop(), '')
  return lines.map((line) => JSON.parse(line) as Said)
}

function take(what: Said, promised: Promised, findings: CrashFindings): void {
  if (what.says === 'acknowledged') {
    assert.ok(!promised.acknowledged.has(what.id), 'acknowledged twice')
    promised.acknowledged.set(what.id, { seq: what.seq, hash: what.hash })
    findings.acknowledged += 1
  }
  if (what.says === 'erased') {
    promised.erased.add(what.id)
    findings.erased += 1
  }
  if (what.says === 'pruning') promised.isPruning = true
  if (what.says === 'pruned') {
    promised.isPruning = false
    promised.prunedBelow = what.below
    findings.pruned += 1
  }
  // an erasure or a prune may meet the other; an append has nothing to fail for
  if (what.says === 'failed') assert.fail(`${what.code} (${what.outcome}) of ${what.id || 'a prune'}`)
}

/** Reads everything, as another process would. */
async function keepsEveryPromise(dir: string, promised: Promised): Promise<void> {
  const store = fileStore(dir)
  try {
    const found = new Map<string, { readonly seq: number; readonly hash: string }>()
    let last = -1
    let first: number | undefined
    for await (const receipt of store.read(CHAIN)) {
      const { receiptId, seq, receiptHash, details } = receipt
      assert.ok(!found.has(receiptId), `${receiptId} is there twice`)
      if (first !== undefined) assert.equal(seq, last + 1)
      first ??= seq
      last = seq
      found.set(receiptId, { seq, hash: receiptHash })
      if (promised.erased.has(receiptId)) assert.equal(details, undefined, `the details of seq ${seq} are back`)
    }
    const from = first ?? 0
    if (promised.isPruning) {
      assert.ok(from >= promised.prunedBelow)
      promised.prunedBelow = from
      promised.isPruning = false
    } else assert.equal(from, promised.prunedBelow, 'the chain begins elsewhere')
    for (const [id, { seq, hash }] of promised.acknowledged) {
      if (seq < from) promised.acknowledged.delete(id)
      else assert.deepEqual(found.get(id), { seq, hash }, `acknowledged seq ${seq} is not there`)
    }
    const newest = [...promised.acknowledged.keys()].at(-1)
    if (newest) assert.equal((await store.get(CHAIN, newest))?.receiptId, newest)
    if (last === -1) return
    const { verdict, problems } = await judged(store.lines?.(CHAIN) ?? [], fastClock(clock))
    assert.equal(verdict, 'VALID', JSON.stringify(problems))
  } finally {
    await store.close()
  }
}

/** This process writes for once, and sees what it is told of the torn line. */
async function writeHere(
  dir: string,
  segmentBytes: number,
  promised: Promised,
  findings: CrashFindings,
): Promise<void> {
  const options = { segmentBytes, onNotice: (_: FileStoreNotice) => (findings.tornSetAside += 1) }
  const ledger = await ledgerOn(fileStore(dir, options), fastClock(clock))
  try {
    const { receiptId, seq, receiptHash } = await ledger.append(draft(CHAIN, 'after the crash'))
    promised.acknowledged.set(receiptId, { seq, hash: receiptHash })
    findings.acknowledged += 1
  } finally {
    await ledger.close()
  }
  await keepsEveryPromise(dir, promised)
}
