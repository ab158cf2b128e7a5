import { expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { shared, turn } from './leased.js'
import { draft, keyNamed, stored } from './support.js'

/** A key that says how often it signed. */
function counted(): KeyProvider & { readonly signed: () => number } {
  const keys = keyNamed('a')
  let signed = 0
  return {
    publicKeys: () => keys.publicKeys!(),
    signer: async () => {
      const signer = await keys.signer()
      return {
        keyId: signer.keyId,
        sign: (message) => {
          signed += 1
          return signer.sign(message)
        },
      }
    },
    signed: () => signed,
  }
}

const make = (store: ReceiptStore, keys: KeyProvider = keyNamed('a'), more: { timeoutMs?: number } = {}): Ledger =>
  createLedger({ store, keys, redactor: false, ...more })

const appendMany = (ledger: Ledger, count: number): Promise<DecisionReceipt[]> =>
  Promise.all(Array.from({ length: count }, () => ledger.append(draft())))

function conflictsOf(ledgers: readonly Ledger[]): () => number {
  let conflicts = 0
  for (const ledger of ledgers)
    ledger.on('conflict', () => {
      conflicts += 1
    })
  return () => conflicts
}

function warningsOf(ledger: Ledger): unknown[] {
  const warnings: unknown[] = []
  ledger.on('warning', ({ error }) => warnings.push(error))
  return warnings
}

/** Makes each of them meet a conflict, so that all take turns: one after another, so that nothing hangs on who is quicker. */
async function contend(ledgers: readonly Ledger[]): Promise<void> {
  const met = ledgers.map((ledger) => conflictsOf([ledger]))
  // in the second round each finds that another has written since its own
  for (const ledger of [...ledgers, ...ledgers]) await ledger.append(draft())
  expect(met.map((conflicts) => conflicts())).toEqual(ledgers.map(() => 1))
}

async function expectValid(store: ReceiptStore): Promise<DecisionReceipt[]> {
  const chain = await stored(store)
  const keyring = new Keyring(await keyNamed('a').publicKeys!())
  const { verdict, problems } = await verifyChain(chain, { keyring })
  expect({ verdict, problems }).toEqual({ verdict: 'VALID', problems: [] })
  return chain
}

test('each turn signs once, whoever writes in between', async () => {
  const { memory, view } = shared()
  const keys = counted()
  const ledgers = Array.from({ length: 5 }, () => make(view(), keys))
  await contend(ledgers)
  const conflicts = conflictsOf(ledgers)
  const [before, signedBefore] = [(await stored(memory)).length, keys.signed()]
  const receipts = await Promise.all(
    ledgers.map(async (ledger) => {
      const own: DecisionReceipt[] = []
      for (let round = 0; round < 6; round += 1) own.push(...(await appendMany(ledger, 40)))
      return own
    }),
  )
  expect(conflicts()).toBe(0)
  expect(keys.signed() - signedBefore).toBe(receipts.flat().length)
  const chain = await expectValid(memory)
  expect(chain).toHaveLength(before + receipts.flat().length)
  // each ledger's own in the order of its appends
  for (const own of receipts) expect(own.map(({ seq }) => seq)).toEqual(own.map(({ seq }) => seq).sort((a, b) => a - b))
})

test('a turn is worth its cost: what came while it was waited for goes in it', async () => {
  const shelf = shared()
  const ledgers = [make(shelf.view()), make(shelf.view())]
  await contend(ledgers)
  const held = await ledgers[0]!.store.lease!('acme', 60_000)
  const first = ledgers[0]!.append(draft())
  for (let index = 0; index < 5; index += 1) await turn()
  const later = appendMany(ledgers[0]!, 399)
  const before = shelf.taken
  await held.release()
  const seqs = [await first, ...(await later)].map(({ seq }) => seq)
  expect(seqs).toEqual(Array.from({ length: 400 }, (_, index) => seqs[0]! + index))
  expect(shelf.taken).toBe(before + 1)
  await expectValid(shelf.memory)
})

test('nobody starves: all get their turn, in the order they came', async () => {
  const { view } = shared()
  const ledgers = Array.from({ length: 8 }, () => make(view()))
  await contend(ledgers)
  const counts = ledgers.map(() => 0)
  let total = 0
  await Promise.all(
    ledgers.flatMap((ledger, which) =>
      Array.from({ length: 16 }, async () => {
        while (total < 4_000) {
          await ledger.append(draft())
          counts[which]! += 1
          total += 1
        }
      }),
    ),
  )
  expect(Math.min(...counts)).toBeGreaterThan(total / 8 / 4)
})

test('a writer that takes no turns and is never beaten does not starve those that do', async () => {
  const { memory, view, viewWithoutTurns } = shared()
  const rude = make(viewWithoutTurns())
  const polite = [make(view()), make(view())]
  let done = false
  const writing = Promise.all(
    Array.from({ length: 300 }, async () => {
      while (!done) await rude.append(draft())
    }),
  )
  const receipts = await Promise.all(polite.map((ledger) => appendMany(ledger, 300)))
  done = true
  await writing
  expect(receipts.flat()).toHaveLength(600)
  const ids = (await expectValid(memory)).map(({ receiptId }) => receiptId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('when nobody else writes any more, turns are no longer taken, and batches are made ahead again', async () => {
  const shelf = shared()
  const ledgers = [make(shelf.view()), make(shelf.view())]
  await contend(ledgers)
  for (let round = 0; round < 12; round += 1) await ledgers[0]!.append(draft())
  const taken = shelf.taken
  await appendMany(ledgers[0]!, 600)
  expect(shelf.taken).toBe(taken)
  // the other one learns it by a conflict
  await ledgers[1]!.append(draft())
  expect(shelf.taken).toBe(taken + 1)
  expect(shelf.held).toBe(0)
  await expectValid(shelf.memory)
})

test('turns that everybody has at once, as when they expire, change nothing but the speed', async () => {
  const { memory, view } = shared()
  const ledgers = Array.from({ length: 4 }, () =>
    make(view({ lease: async () => ({ release: async () => undefined }) })),
  )
  const receipts = await Promise.all(ledgers.map((ledger) => appendMany(ledger, 300)))
  expect(
    receipts
      .flat()
      .map(({ seq }) => seq)
      .sort((a, b) => a - b),
  ).toEqual(receipts.flat().map((_, index) => index + 1))
  await expectValid(memory)
})

test('a turn that can not be had is a warning each time, and the batch goes without', async () => {
  const { memory, view, viewWithoutTurns } = shared()
  const lease = async (): Promise<never> => {
    throw new QuittanceError('STORE_UNAVAILABLE', 'planned', { details: { retryable: true } })
  }
  const ledger = make(view({ lease }))
  const warnings = warningsOf(ledger)
  const other = make(viewWithoutTurns())
  await ledger.append(draft())
  await other.append(draft())
  await ledger.append(draft())
  await ledger.append(draft())
  expect(warnings).toMatchObject([{ code: 'STORE_UNAVAILABLE' }, { code: 'STORE_UNAVAILABLE' }])
  expect(await expectValid(memory)).toHaveLength(5)
})

test('a turn that never comes is not waited for longer than half of the time there is', async () => {
  const { memory, view, viewWithoutTurns } = shared()
  const signals: (AbortSignal | undefined)[] = []
  const lease: ReceiptStore['lease'] = (_, __, options) => {
    signals.push(options?.signal)
    return new Promise(() => undefined)
  }
  const ledger = make(view({ lease }), keyNamed('a'), { timeoutMs: 1_000 })
  const warnings = warningsOf(ledger)
  await ledger.append(draft())
  await make(viewWithoutTurns()).append(draft())
  await ledger.append(draft())
  expect(warnings).toMatchObject([{ code: 'STORE_UNAVAILABLE', details: { reason: 'lease' } }])
  expect(signals.map((signal) => signal?.aborted)).toEqual([true])
  expect(await expectValid(memory)).toHaveLength(4)
})

test('a turn that comes when nobody waits any more is given back', async () => {
  const { memory, view, viewWithoutTurns } = shared()
  let grant: (() => void) | undefined
  let released = 0
  const lease: ReceiptStore['lease'] = () =>
    new Promise((resolve) => {
      grant = () =>
        resolve({
          release: async () => {
            released += 1
          },
        })
    })
  const ledger = make(view({ lease }))
  await ledger.append(draft())
  await make(viewWithoutTurns()).append(draft())
  const controller = new AbortController()
  const given = ledger.append(draft(), { signal: controller.signal })
  while (grant === undefined) await turn()
  controller.abort()
  await expect(given).rejects.toMatchObject({ code: 'LEDGER_ABORTED', details: { outcome: 'absent' } })
  grant()
  await turn()
  expect(released).toBe(1)
  expect(await stored(memory)).toHaveLength(3)
})

test('the turn is given back before callers go on, is not awaited, and a failure of that is a warning', async () => {
  const { view, viewWithoutTurns } = shared()
  const seen: string[] = []
  let failRelease: ((error: Error) => void) | undefined
  const lease: ReceiptStore['lease'] = async () => ({
    release: () => {
      seen.push('release')
      return new Promise((_, reject) => {
        failRelease = reject
      })
    },
  })
  const ledger = make(view({ lease }))
  const warnings = warningsOf(ledger)
  await ledger.append(draft())
  await make(viewWithoutTurns()).append(draft())
  await ledger.append(draft()).then(() => seen.push('appended'))
  expect(seen).toEqual(['release', 'appended'])
  const closing = ledger.close().then(() => seen.push('closed'))
  for (let index = 0; index < 5; index += 1) await turn()
  expect(seen).not.toContain('closed')
  failRelease!(new Error('planned'))
  await closing
  expect(warnings).toEqual([new Error('planned')])
})

test('a batch that was made ahead before the conflict keeps its place in the order', async () => {
  const { memory, view } = shared()
  const ledgers = [make(view()), make(view())]
  const receipts = await Promise.all(ledgers.map((ledger) => appendMany(ledger, 1_000)))
  for (const own of receipts) expect(own.map(({ seq }) => seq)).toEqual(own.map(({ seq }) => seq).sort((a, b) => a - b))
  expect(await expectValid(memory)).toHaveLength(2_001)
})

test('a receipt of the ledger own is neither mixed into a turn nor passed by', async () => {
  const { memory, view } = shared()
  const ledgers = [make(view()), make(view())]
  await contend(ledgers)
  const [one] = ledgers
  const before = appendMany(one!, 100)
  const rotation = one!.rotate('acme', { to: keyNamed('b') })
  const after = appendMany(one!, 100)
  const { seq } = await rotation
  expect((await before).every((receipt) => receipt.seq < seq)).toBe(true)
  const { keyId } = await keyNamed('b').signer()
  expect((await after).every((receipt) => receipt.seq > seq && receipt.keyId === keyId)).toBe(true)
  const chain = await stored(memory)
  expect((await verifyChain(chain, { keyring: await one!.keyring() })).verdict).toBe('VALID')
})
