/** A run in which calls to the file system fail at random, in every form, until they stop; then the power is cut. */
import { strict as assert } from 'node:assert'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { QuittanceError } from '../../../src/errors.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { fileStoreOn } from '../../../src/store/file/file-store.js'
import { imageOf, isValid, type Recording, small, type Told } from './power-cut.js'
import { type Fault, powerCutFs } from './power-cut-fs.js'
import { type Random, randomFrom } from './random.js'
import { draft, handClock, KEPT_DAYS, ledgerOn, retentionKey, scratch } from './world.js'

const codes = ['EIO', 'EIO', 'ENOSPC', 'EMFILE', 'EACCES', 'EINTR'] as const
const forms = ['before', 'after', 'partial'] as const

/** What the failures led to. */
export interface ChaosFindings {
  readonly recording: Recording
  faults: number
  acknowledged: number
  readonly refused: Map<string, number>
}

/** The words in which a store may refuse because of its disk, and a ledger because of its store. */
const allowed = new Set(['STORE_IO', 'STORE_FULL', 'STORE_PERMISSION', 'LEDGER_TIMEOUT'])

/**
 * @param seed - decides everything but the moments
 * @returns what was written, to be cut
 */
export async function chaos(seed: number, deeds = 40): Promise<ChaosFindings> {
  const random = randomFrom(seed)
  const root = await realpath(await mkdtemp(join(scratch(), 'quittance-chaos-')))
  const clock = handClock()
  let rate = 0
  let faults = 0
  const fs = powerCutFs(root, undefined, (): Fault | undefined => {
    if (!random.chance(rate)) return undefined
    faults += 1
    return { code: random.pick(codes), when: random.pick(forms) }
  })
  const told = (what: Told) => fs.told(what)
  const found: { refused: Map<string, number>; absent: Set<string>; acknowledged: DecisionReceipt[] } = {
    refused: new Map(),
    absent: new Set(),
    acknowledged: [],
  }
  const open = async () => {
    const store = fileStoreOn(root, { ...small, onNotice: () => undefined }, fs)
    const ledger = await ledgerOn(store, clock)
    // what it can't do beside the appends it does later
    ledger.on('warning', () => undefined)
    return { store, ledger }
  }
  let now = await open()
  /** Whatever goes wrong is one of the store's words; what is said to be absent is remembered. */
  const attempt = async (id: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!QuittanceError.is(error)) throw error
      assert.ok(allowed.has(error.code), `${error.code}: ${error.message}`)
      if (error.details.outcome === 'absent') found.absent.add(id)
      found.refused.set(error.code, (found.refused.get(error.code) ?? 0) + 1)
    }
  }
  const append = async (chainId: string, size: number, text: string) => {
    const given = draft(chainId, text, size)
    await attempt(given.receiptId, async () => {
      const receipt = await now.ledger.append(given, { timeoutMs: 500 })
      found.acknowledged.push(receipt)
      told({ kind: 'acknowledged', receipt })
    })
  }
  const deed = async (index: number, random: Random): Promise<void> => {
    const what = random.below(20)
    const chainId = random.chance(0.8) ? 'acme' : 'other'
    const size = random.chance(0.4) ? 20_000 : 500
    if (what < 13) {
      const count = random.pick([1, 1, 1, 5])
      await Promise.all(Array.from({ length: count }, (_, n) => append(chainId, size, `secret-${index}-${n}`)))
    } else if (what < 16 && found.acknowledged.length > 0) {
      const { chainId, receiptId, details } = random.pick(found.acknowledged)
      await attempt('', async () => {
        const text = String(details?.rationale).split('|')[0] ?? ''
        if (await now.ledger.eraseDetails(chainId, receiptId, { reason: 'test', timeoutMs: 500 }))
          told({ kind: 'erased', chainId, receiptId, text })
      })
    } else if (what < 18) {
      const options = { olderThanDays: KEPT_DAYS, reason: 'test', keys: retentionKey(), timeoutMs: 500 }
      await attempt('', async () => {
        const { through } = await now.ledger.prune('acme', { ...options, dryRun: true })
        if (through === undefined) return
        told({ kind: 'pruning', chainId: 'acme', first: through.seq + 1 })
        await now.ledger.prune('acme', options)
        told({ kind: 'pruned', chainId: 'acme', first: through.seq + 1 })
      })
    } else if (what === 18) {
      await attempt('', () => now.ledger.close())
      now = await open()
    } else clock.passDays(1)
  }
  try {
    for (let index = 0; index < deeds; index += 1) {
      rate = random.pick([0, 0.02, 0.1, 0.3])
      await deed(index, random)
    }
    // the cause is gone, and the very same ledger goes on
    rate = 0
    for (const chainId of ['acme', 'other']) {
      const receipt = await now.ledger.append(draft(chainId, 'goes on'))
      found.acknowledged.push(receipt)
      told({ kind: 'acknowledged', receipt })
      await isValid(now.store, chainId, clock)
      const first = (await now.store.bounds(chainId))?.first ?? 0
      for (const { chainId: of, receiptId, receiptHash, seq } of found.acknowledged) {
        if (of !== chainId || seq < first) continue
        assert.equal((await now.store.get(chainId, receiptId))?.receiptHash, receiptHash, `acknowledged ${seq} is lost`)
      }
      for (const id of found.absent)
        assert.equal(await now.store.get(chainId, id || 'none'), undefined, 'told to be absent, and there')
    }
    await now.ledger.close()
    const recording: Recording = { root, events: fs.events, clock, found: await imageOf(root) }
    return { recording, faults, acknowledged: found.acknowledged.length, refused: found.refused }
  } catch (error) {
    await now.ledger.close().catch(() => undefined)
    throw new Error(`chaos of seed ${seed}: ${(error as Error).stack}`, { cause: error })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
