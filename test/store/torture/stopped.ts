/** A writer that is stopped right before a chosen call, replaced, and woken up: the call is made after all. */
import { strict as assert } from 'node:assert'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileStore } from '../../../src/store/file.js'
import type { Bundle } from './bundle.js'
import type { Said } from './orders.js'
import { imageOf } from './power-cut.js'
import { changesOf, noted } from './takeover.js'
import { draft, fastClock, judged, ledgerOn } from './world.js'

const CHAIN = 'acme'
const SILENT_MS = 2_000

type Heard = Said | { readonly says: 'stopping'; readonly name: string; readonly call: number }

/** What became of one stop. */
export interface Stop {
  readonly call: number
  /** Which call it was; absent where the writer had ended before. */
  readonly name?: string
  /** What the woken writer changed in the directory. */
  readonly changes: readonly string[]
  /** Said after it was woken. */
  readonly acknowledged: number
  /** Unfinished work that lies there although another writer came after. */
  readonly left: readonly string[]
}

/** @returns how many calls an undisturbed writer makes, and what becomes of a stop before each of those asked for */
export async function stopBefore(calls: readonly number[], { file }: Bundle, atOnce = 6): Promise<readonly Stop[]> {
  const stops: Stop[] = []
  const left = [...calls]
  const lane = async (): Promise<void> => {
    for (let call = left.shift(); call !== undefined; call = left.shift()) stops.push(await one(file, call))
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return stops.sort((a, b) => a.call - b.call)
}

async function one(file: string, call: number): Promise<Stop> {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-stopped-'))
  const clock = fastClock({ begun: Date.now(), dayMs: 50 })
  const begun = Date.now()
  const child = spawn(process.execPath, [file, dir, `${call}`, `${begun}`], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const ended = once(child, 'exit')
  const { said, until } = listen(child)
  const store = fileStore(dir, { segmentBytes: 65_536, takeOverAfterMs: SILENT_MS, onNotice: () => undefined })
  const ledger = await ledgerOn(store, clock)
  ledger.on('warning', () => undefined)
  let stopping: Extract<Heard, { says: 'stopping' }> | undefined
  try {
    await until(() => said.some(({ says }) => says === 'stopping' || says === 'done'))
    stopping = said.find((what) => what.says === 'stopping')
    if (stopping === undefined) {
      await rm(dir, { recursive: true, force: true })
      return { call, changes: [], acknowledged: 0, left: [] }
    }
    const before = said.splice(0)
    const mine = [await ledger.append(draft(CHAIN, 'taken over'))]
    const victim = mine[0]?.receiptId ?? ''
    mine.push(await ledger.append(draft(CHAIN, 'goes on', 30_000)))
    assert.equal(await ledger.eraseDetails(CHAIN, victim, { reason: 'test' }), true)
    for (let count = 0; count < 3; count += 1) mine.push(await ledger.append(draft(CHAIN, 'goes on', 18_000)))
    await noted(store, CHAIN, mine.at(-1)?.seq ?? 0)
    const found = await imageOf(dir)

    child.kill('SIGCONT')
    await until(() => said.some(({ says }) => says === 'done'))
    await ended
    const after = said.splice(0)
    const changes = await changesOf(dir, found)

    // as another process finds it, and as the next writer does
    const check = async () => {
      const reader = fileStore(dir)
      try {
        const receipts = new Map<string, { readonly hash: string; readonly hasDetails: boolean }>()
        let first: number | undefined
        for await (const { receiptId, receiptHash, seq, details } of reader.read(CHAIN)) {
          first ??= seq
          receipts.set(receiptId, { hash: receiptHash, hasDetails: details !== undefined })
        }
        for (const what of [...before, ...after]) {
          if (what.says === 'acknowledged' && what.seq >= (first ?? 0))
            assert.equal(receipts.get(what.id)?.hash, what.hash, `acknowledged ${what.seq} is not in the chain`)
          if (what.says === 'erased') assert.notEqual(receipts.get(what.id)?.hasDetails, true, 'erased, and back')
        }
        for (const { receiptId, receiptHash, seq } of mine)
          assert.ok(seq < (first ?? 0) || receipts.get(receiptId)?.hash === receiptHash, `acknowledged ${seq} is lost`)
        assert.notEqual(receipts.get(victim)?.hasDetails, true, 'erased, and back')
        const { verdict, problems } = await judged(reader.lines?.(CHAIN) ?? [], clock)
        assert.equal(verdict, 'VALID', JSON.stringify(problems))
      } finally {
        await reader.close()
      }
    }
    await check()
    mine.push(await ledger.append(draft(CHAIN, 'and on')))
    await ledger.close()
    const third = await ledgerOn(fileStore(dir, { segmentBytes: 65_536, onNotice: () => undefined }), clock)
    mine.push(await third.append(draft(CHAIN, 'a third')))
    await third.close()
    await check()
    const left = [...(await imageOf(dir)).keys()].filter((path) => path.includes('.tmp-'))
    await rm(dir, { recursive: true, force: true })
    const name = stopping.name
      .split(' ')
      .map((part) => basename(part))
      .join(' ')
    return { call, name, changes, acknowledged: after.filter(({ says }) => says === 'acknowledged').length, left }
  } catch (error) {
    const where = `stopped before call ${call} (${stopping?.name}), left in ${dir}`
    throw new Error(`${where}: ${(error as Error).stack}`, { cause: error })
  } finally {
    child.kill('SIGKILL')
    await ledger.close()
  }
}

function listen(child: ChildProcess) {
  const said: Heard[] = []
  let rest = ''
  ;(child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) said.push(JSON.parse(line) as Heard)
  })
  return {
    said,
    async until(holds: () => boolean): Promise<void> {
      for (const begun = Date.now(); !holds(); await delay(5)) assert.ok(Date.now() - begun < 60_000, 'in vain')
    },
  }
}
