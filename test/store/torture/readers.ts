/** Readers in one process beside a writer in another that rotates, prunes and erases all the time. */
import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { QuittanceError } from '../../../src/errors.js'
import { fileStore } from '../../../src/store/file.js'
import type { Bundle } from './bundle.js'
import type { Said, WriterOrders } from './orders.js'

const CHAIN = 'torture/chain'

export interface ReaderFindings {
  reads: number
  gets: number
  pruned: number
  erased: number
  acknowledged: number
  /** By code: reads that ended with a clear error. */
  readonly refused: Map<string, number>
}

/** @throws AssertionError where a reader saw a gap, or less than had been acknowledged */
export async function readBeside(options: {
  readonly ms: number
  readonly seed: number
  readonly writer: Bundle
}): Promise<ReaderFindings> {
  const { ms, seed, writer } = options
  const dir = await mkdtemp(join(tmpdir(), 'quittance-readers-'))
  const orders: WriterOrders = {
    dir,
    chainId: CHAIN,
    seed,
    inFlight: 16,
    store: { segmentBytes: 65_536 },
    clock: { begun: Date.now(), dayMs: 300 },
    text: 3_000,
    erase: 0.05,
    prune: 0.03,
  }
  const child = spawn(process.execPath, [writer.file, JSON.stringify(orders)], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const ended = once(child, 'exit')
  const findings: ReaderFindings = { reads: 0, gets: 0, pruned: 0, erased: 0, acknowledged: 0, refused: new Map() }
  const erased = new Set<string>()
  let newest: { readonly id: string; readonly seq: number; readonly hash: string } | undefined
  let prunedBelow = 0
  let rest = ''
  ;(child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const what = JSON.parse(line) as Said
      if (what.says === 'acknowledged') {
        findings.acknowledged += 1
        if (what.seq > (newest?.seq ?? -1)) newest = what
      }
      if (what.says === 'erased') {
        findings.erased += 1
        erased.add(what.id)
      }
      if (what.says === 'pruned') {
        findings.pruned += 1
        prunedBelow = what.below
      }
    }
  })

  /** One reading, judged by what had been said before it began. */
  const look = async (store: ReturnType<typeof fileStore>, how: number): Promise<void> => {
    const [known, gone, without] = [newest, prunedBelow, new Set(erased)]
    try {
      if (how === 0) {
        let next: number | undefined
        let hash: string | undefined
        let seen = known === undefined
        let first: number | undefined
        for await (const receipt of store.read(CHAIN)) {
          assert.ok(receipt.seq >= gone, `pruned ${receipt.seq} is back`)
          if (next !== undefined) {
            assert.equal(receipt.seq, next, 'a gap')
            assert.equal(receipt.prevReceiptHash, hash)
          }
          if (without.has(receipt.receiptId)) assert.equal(receipt.details, undefined)
          if (receipt.seq === known?.seq) {
            assert.equal(receipt.receiptHash, known.hash)
            seen = true
          }
          first ??= receipt.seq
          next = receipt.seq + 1
          hash = receipt.receiptHash
        }
        // unless it was pruned before the reading began
        assert.ok(
          seen || (first ?? -1) > (known?.seq ?? -1),
          `acknowledged ${known?.seq} was not read; the last was ${(next ?? 0) - 1}`,
        )
        findings.reads += 1
      } else if (how === 1 && known) {
        // it may have been pruned since
        const got = await store.get(CHAIN, known.id)
        const first = (await store.bounds(CHAIN))?.first ?? 0
        if (known.seq >= first) assert.equal(got?.receiptHash, known.hash, `acknowledged ${known.seq} is not found`)
        findings.gets += 1
      } else {
        const [head, bounds] = [await store.head(CHAIN), await store.bounds(CHAIN)]
        assert.ok((head?.seq ?? -1) >= (known?.seq ?? -1))
        assert.ok((bounds?.last ?? -1) >= (head?.seq ?? -1))
        assert.ok((bounds?.first ?? 0) >= gone)
      }
    } catch (error) {
      if (!QuittanceError.is(error)) throw error
      const told = `${error.code}, retryable: ${error.details.retryable}`
      findings.refused.set(told, (findings.refused.get(told) ?? 0) + 1)
    }
  }

  const end = Date.now() + ms
  try {
    while (newest === undefined) await delay(5)
    const reader = async (how: number): Promise<void> => {
      while (Date.now() < end) {
        const store = fileStore(dir)
        try {
          for (let times = 0; times < 8 && Date.now() < end; times += 1) await look(store, how)
        } finally {
          await store.close()
        }
      }
    }
    await Promise.all([0, 0, 1, 2].map(reader))
    return findings
  } finally {
    child.kill('SIGKILL')
    await ended
    await rm(dir, { recursive: true, force: true })
  }
}
