/** A main store that can be away, a local store in a directory, and what both hold at the end. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { mainChainOf } from '../../src/ledger/outbox-names.js'
import type { Ledger, LedgerOptions } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type Fault, type FaultyStore, faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { collect, keyNamed } from './support.js'

/** How a store is away: it refuses, or it says nothing. */
export type Absence = 'refuses' | 'hangs' | 'loses answers'

const faults: Readonly<Record<Absence, Fault>> = {
  refuses: { kind: 'before' },
  hangs: { kind: 'hang' },
  'loses answers': { kind: 'after' },
}

/** A store in memory that comes and goes. */
export interface Comings {
  readonly memory: ReceiptStore
  readonly store: FaultyStore
  leave(how?: Absence): void
  come(): void
}

export function comings(memory: ReceiptStore = memoryStore()): Comings {
  let absence: Absence | undefined
  // what a ledger closes, others still read
  const store = faultyStore({ ...memory, close: async () => {} }, ({ method }) => {
    if (absence === undefined || method === 'close') return undefined
    // what loses answers to appends can't be reached for anything else
    if (absence === 'loses answers' && method !== 'append') return faults.refuses
    return faults[absence]
  })
  return {
    memory,
    store,
    leave(how = 'refuses') {
      absence = how
    },
    come() {
      absence = undefined
    },
  }
}

/** A directory for a test, removed by the caller. */
export const directory = (): Promise<string> => mkdtemp(join(tmpdir(), 'quittance-outbox-'))
export const remove = (dir: string): Promise<void> => rm(dir, { recursive: true, force: true })

/** A ledger whose outbox is in a directory. */
export function outboxed(
  store: ReceiptStore,
  outbox: string | ReceiptStore,
  options: Partial<LedgerOptions> & { readonly afterMs?: number } = {},
): Ledger {
  const { afterMs = 40, ...more } = options
  return createLedger({
    store,
    keys: keyNamed('a'),
    redactor: false,
    outbox: { store: typeof outbox === 'string' ? fileStore(outbox) : outbox, afterMs },
    ...more,
  })
}

/** Resolves once something is so. */
export async function until(so: () => boolean | Promise<boolean>, state: () => unknown = () => ''): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await so())) {
    if (Date.now() > deadline) throw new Error(`it did not come about within 20 seconds ${JSON.stringify(state())}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const isCallers = ({ eventType }: DecisionReceipt) => eventType !== 'system'

/** What an auditor finds who joins a main chain with its outbox chains. */
export interface Joined {
  readonly main: readonly DecisionReceipt[]
  readonly outboxes: readonly (readonly DecisionReceipt[])[]
  /** Ids of callers' receipts, the main chain's first, then each outbox's. */
  readonly ids: readonly string[]
  readonly gaps: readonly DecisionReceipt[]
  readonly notices: readonly DecisionReceipt[]
}

/**
 * Reads a main chain and its outbox chains out of the main store alone, as an auditor does: every chain is VALID, the
 * outbox chains with their tail proved, and each is named by exactly one gap whose link and count are true.
 */
export async function audit(store: ReceiptStore, keyring: Keyring, chainId = 'acme'): Promise<Joined> {
  const main = await collect(store.read(chainId))
  const judged = await verifyChain(main, { keyring, chainId })
  expect([judged.verdict, judged.problems]).toEqual(['VALID', []])
  const names = (await collect(store.chains())).filter((name) => mainChainOf(name) === chainId)
  const gaps = main.filter(({ system }) => system?.event === 'gap')
  const notices = main.filter(({ system }) => system?.event === 'notice')
  const inMain = new Set(main.filter(isCallers).map(({ receiptId }) => receiptId))
  const outboxes: DecisionReceipt[][] = []
  for (const gap of gaps) {
    const [link] = gap.links ?? []
    const name = names.find((one) => one === link?.chainId)
    if (name === undefined || link === undefined) throw new Error('a gap names no outbox chain')
    const chain = await collect(store.read(name))
    const { verdict, problems, scope } = await verifyChain(chain, { keyring, chainId: name, requireTail: true })
    expect([verdict, problems, scope.tail]).toEqual(['VALID', [], 'chain-end'])
    expect(link).toEqual({
      rel: 'joins',
      chainId: name,
      receiptId: chain.at(-1)?.receiptId,
      receiptHash: chain.at(-1)?.receiptHash,
    })
    expect(chain.at(-1)?.system).toMatchObject({ event: 'chain_end', successorChainId: chainId })
    const callers = chain.filter(isCallers)
    const also = callers.filter(({ receiptId }) => inMain.has(receiptId))
    expect(gap.system).toMatchObject({ reason: 'outage', count: callers.length - also.length })
    expect(gap.system).toMatchObject({ from: chain[0]?.timestamp, to: callers.at(-1)?.timestamp })
    const notice = notices.filter(({ links }) => links?.[0]?.chainId === name)
    expect(notice.map(({ system }) => system)).toEqual(
      also.length === 0 ? [] : [{ event: 'notice', code: 'outbox.also-here', count: also.length }],
    )
    outboxes.push(chain)
  }
  expect(names.length).toBe(gaps.length)
  const ids = [main, ...outboxes].flatMap((chain) => chain.filter(isCallers).map(({ receiptId }) => receiptId))
  return { main, outboxes, ids, gaps, notices }
}
