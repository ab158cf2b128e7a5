import { expect, test } from 'vitest'
import type { QuittanceError } from '../../src/errors.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { AppendOptions, Ledger } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type Fault, faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed, stored } from './support.js'

interface Told {
  readonly draft: ReceiptDraft
  receipt?: DecisionReceipt
  error?: QuittanceError
}

/** The same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Every fault that a store can have, each call by its own luck. */
function unlucky(store: ReceiptStore, random: () => number): ReceiptStore {
  const share = 0.02 + random() * 0.15
  return faultyStore(store, ({ method }) => {
    if (!['append', 'head', 'get', 'state.get'].includes(method) || random() > share) return undefined
    const faults: Fault[] = [
      { kind: 'before' },
      { kind: 'after' },
      { kind: 'before', error: new Error('planned') },
      { kind: 'after', error: new Error('planned') },
      { kind: 'delay', ms: random() * 5 },
      { kind: 'hang' },
      { kind: 'hang', done: true },
      ...(method === 'append' ? [{ kind: 'partial', count: 1 + Math.floor(random() * 60) } as const] : []),
    ]
    return faults[Math.floor(random() * faults.length)]
  })
}

/** Some give up soon, some change their mind, most wait. */
function patience(random: () => number): AppendOptions {
  const how = random()
  if (how < 0.2) return { timeoutMs: 1 + random() * 60 }
  if (how >= 0.4) return { timeoutMs: 400 }
  const controller = new AbortController()
  setTimeout(() => controller.abort(), random() * 60)
  return { signal: controller.signal, timeoutMs: 400 }
}

async function appendMany(ledger: Ledger, told: Told[], random: () => number): Promise<void> {
  const count = Math.floor(random() * 400)
  const appends: Promise<unknown>[] = []
  for (let index = 0; index < count; index += 1) {
    // now and then the same draft again, as a queue delivers it
    const again = random() < 0.05 ? told[Math.floor(random() * told.length)] : undefined
    const one: Told = { draft: again?.draft ?? draft(random() < 0.2 ? { details: { rationale: 'r' } } : {}) }
    told.push(one)
    appends.push(
      ledger.append(one.draft, patience(random)).then(
        (receipt) => {
          one.receipt = receipt
        },
        (error: QuittanceError) => {
          one.error = error
        },
      ),
    )
    if (random() < 0.02) await new Promise((resolve) => setTimeout(resolve, random() * 4))
  }
  await Promise.all(appends)
}

test.each([1, 2, 3, 4, 5, 6])('what callers are told is the truth, whatever happens (seed %i)', async (seed) => {
  const random = numbers(seed)
  const memory = memoryStore()
  const ledgers = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const ledger = createLedger({ store: unlucky(memory, random), keys: keyNamed('a'), redactor: false })
    ledger.on('warning', () => undefined)
    return ledger
  })
  const told: Told[] = []
  await Promise.all(ledgers.map((ledger) => appendMany(ledger, told, random)))

  const chain = await stored(memory)
  const there = new Map(chain.map((receipt) => [receipt.receiptId, receipt]))
  expect(there.size, 'no id twice').toBe(chain.length)
  const repeated = new Set<string>()
  const seen = new Set<string>()
  for (const { draft: one } of told) (seen.has(one.receiptId) ? repeated : seen).add(one.receiptId)
  for (const { draft: one, receipt, error } of told) {
    if (receipt) expect(there.get(one.receiptId)?.receiptHash).toBe(receipt.receiptHash)
    else {
      expect(['absent', 'unknown']).toContain(error?.details.outcome)
      // another delivery of the same draft may have been sealed
      if (error?.details.outcome === 'absent' && !repeated.has(one.receiptId))
        expect(there.has(one.receiptId), error.code).toBe(false)
    }
  }
  const { verdict, problems } = await verifyChain(chain, { keyring: await keyring() })
  expect({ verdict, problems }).toEqual({
    verdict: chain.length === 0 ? 'INCOMPLETE' : 'VALID',
    problems: chain.length === 0 ? problems : [],
  })
})

async function keyring() {
  return createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false }).keyring()
}
