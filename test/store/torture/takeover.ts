/** A writer is stopped, its directory is taken over, and it is woken up again. */
import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileStore } from '../../../src/store/file.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import type { Bundle } from './bundle.js'
import type { Said, WriterOrders } from './orders.js'
import { imageOf } from './power-cut.js'
import { randomFrom } from './random.js'
import { draft, fastClock, judged, ledgerOn } from './world.js'

const CHAIN = 'torture/chain'
/** The least that a store takes. */
const SILENT_MS = 2_000

export interface TakeoverFindings {
  rounds: number
  acknowledged: number
  /** What the woken writer was refused. */
  refused: number
  /** Said by the woken writer of receipts that had been durable, and confirmed, before it was stopped. */
  late: number
}

/** @throws AssertionError where a promise was broken, with the seed */
export async function takeOver(options: {
  readonly rounds: number
  readonly seed: number
  readonly writer: Bundle
  readonly atOnce?: number
}): Promise<TakeoverFindings> {
  const { rounds, seed, writer, atOnce = 4 } = options
  const findings: TakeoverFindings = { rounds: 0, acknowledged: 0, refused: 0, late: 0 }
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < rounds) {
      const round = next
      next += 1
      await oneRound(writer, seed + round, findings)
      findings.rounds += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return findings
}

async function oneRound({ file }: Bundle, seed: number, findings: TakeoverFindings): Promise<void> {
  const random = randomFrom(seed)
  const dir = await mkdtemp(join(tmpdir(), 'quittance-takeover-'))
  const clock = { begun: Date.now(), dayMs: 400 }
  const orders: WriterOrders = {
    dir,
    chainId: CHAIN,
    seed,
    inFlight: 64,
    store: { segmentBytes: 65_536 },
    clock,
    text: 1_500,
    erase: random.chance(0.5) ? 0.05 : 0,
    prune: random.chance(0.5) ? 0.05 : 0,
  }
  const child = spawn(process.execPath, [file, JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const ended = once(child, 'exit')
  const pipe = child.stdio[3] as Readable
  const said: Said[] = []
  let rest = ''
  pipe.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) said.push(JSON.parse(line) as Said)
  })
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    for (const begun = Date.now(); !holds(); await delay(5))
      assert.ok(Date.now() - begun < 60_000 && child.exitCode === null, `in vain: ${what}`)
  }
  const store = fileStore(dir, { segmentBytes: 65_536, takeOverAfterMs: SILENT_MS, onNotice: () => undefined })
  const ledger = await ledgerOn(store, fastClock(clock))
  ledger.on('warning', () => undefined)
  let isSound = false
  try {
    await until('an acknowledgement', () => said.some(({ says }) => says === 'acknowledged'))
    await delay(random.unit() * 150)
    child.kill('SIGSTOP')
    // what it had said before is still on its way
    await delay(100)
    const before = said.splice(0)
    const mine = [await ledger.append(draft(CHAIN, 'taken over'))]
    for (let more = random.below(3); more > 0; more -= 1)
      mine.push(...(await Promise.all([1, 2, 3].map(() => ledger.append(draft(CHAIN, 'goes on', 15_000))))))
    await noted(store, CHAIN, mine.at(-1)?.seq ?? 0)
    const found = await imageOf(dir)

    child.kill('SIGCONT')
    await until('a refusal of each append', () => said.filter(({ says }) => says === 'failed').length >= 200)
    const after = said.splice(0)
    child.kill('SIGSTOP')
    assert.deepEqual(await changesOf(dir, found), [], 'the woken writer changed a file')
    child.kill('SIGKILL')
    await ended

    const refusals = after.filter((what) => what.says === 'failed')
    assert.deepEqual([...new Set(refusals.map(({ code }) => code))], ['STORE_LOCKED'])
    findings.refused += refusals.length
    const receipts = new Map<string, string>()
    let first: number | undefined
    for await (const { receiptId, receiptHash, seq } of store.read(CHAIN)) {
      first ??= seq
      receipts.set(receiptId, receiptHash)
    }
    for (const what of [...before, ...after]) {
      assert.ok(what.says !== 'done')
      if (what.says !== 'acknowledged' || what.seq < (first ?? 0)) continue
      assert.equal(receipts.get(what.id), what.hash, `acknowledged ${what.seq} is not in the chain`)
      findings.acknowledged += 1
    }
    findings.late += after.filter(({ says }) => says === 'acknowledged').length
    for (const { receiptId, receiptHash } of mine) assert.equal(receipts.get(receiptId), receiptHash)
    await ledger.append(draft(CHAIN, 'and on'))
    const { verdict, problems } = await judged(store.lines?.(CHAIN) ?? [], fastClock(clock))
    assert.equal(verdict, 'VALID', JSON.stringify(problems))
    isSound = true
  } catch (error) {
    throw new Error(`take-over of seed ${seed}, left in ${dir}: ${(error as Error).stack}`, { cause: error })
  } finally {
    child.kill('SIGKILL')
    await ended
    await ledger.close()
    if (isSound) await rm(dir, { recursive: true, force: true })
  }
}

/** Nothing of a ledger is under way any more: it notes its newest receipt beside the chain a moment later. */
export async function noted(store: ReceiptStore, chainId: string, seq: number): Promise<void> {
  for (const begun = Date.now(); ; await delay(20)) {
    const value = await store.state.get(chainId, 'acknowledged')
    if (value && (JSON.parse(Buffer.from(value.bytes).toString()) as { seq: number }).seq >= seq) return
    // it is not promised: what is noted later shows as a change
    if (Date.now() - begun > 5_000) return
  }
}

/** What differs from how a directory was found; an empty segment of an earlier epoch and unfinished work are nobody's. */
export async function changesOf(dir: string, found: Awaited<ReturnType<typeof imageOf>>): Promise<string[]> {
  const now = await imageOf(dir)
  const changes: string[] = []
  for (const path of new Set([...found.keys(), ...now.keys()])) {
    const [was, is] = [found.get(path), now.get(path)]
    const isNobodys = /\.tmp-/.test(path) || (/\.jsonl$/.test(path) && is?.length === 0)
    if (was === undefined && isNobodys) continue
    if (was === undefined) changes.push(`new: ${path}`)
    else if (is === undefined) changes.push(`gone: ${path}`)
    else if (Buffer.isBuffer(was) !== Buffer.isBuffer(is) || (Buffer.isBuffer(was) && !was.equals(is as Buffer)))
      changes.push(`changed: ${path}`)
  }
  return changes
}
