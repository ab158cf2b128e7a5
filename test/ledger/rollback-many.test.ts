import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerEvents } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { type Shared, shared } from './leased.js'
import { draft, keyNamed, stored } from './support.js'

/** A memory whose newest receipts can be lost, as in a failover. */
function losing(): ReceiptStore & { keepOnly(count: number): Promise<void> } {
  let current = memoryStore()
  return {
    durable: false,
    head: (...args) => current.head(...args),
    append: (...args) => current.append(...args),
    get: (...args) => current.get(...args),
    read: (...args) => current.read(...args),
    chains: (...args) => current.chains(...args),
    bounds: (...args) => current.bounds(...args),
    eraseDetails: (...args) => current.eraseDetails!(...args),
    state: { get: (...args) => current.state.get(...args), put: (...args) => current.state.put(...args) },
    close: async () => undefined,
    async keepOnly(count) {
      const kept = (await stored(current)).slice(0, count)
      current = memoryStore()
      if (kept.length > 0) await current.append('acme', kept, undefined)
    },
  }
}

/** A ledger and all that it told anybody. */
interface Writer {
  readonly ledger: Ledger
  readonly acknowledged: DecisionReceipt[]
  readonly events: LedgerEvents['rolled_back'][]
  readonly refused: Set<number>
}

/** The seqs that an error names. */
function namedIn(message: string): number[] {
  const [, ranges = ''] = /: seq ([\d, -]+)/.exec(message) ?? []
  return ranges.split(', ').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
}

function writerOn(store: ReceiptStore): Writer {
  const ledger = createLedger({ store, keys: keyNamed('a'), redactor: false })
  const events: LedgerEvents['rolled_back'][] = []
  ledger.on('rolled_back', (event) => events.push(event))
  return { ledger, acknowledged: [], events, refused: new Set() }
}

/** Enough for a slow machine; who waits for others waits for half of it. */
const SHORT_MS = 400

/** One receipt; `undefined` where the ledger said that receipts are gone. */
async function append(
  { ledger, acknowledged, refused }: Writer,
  { timeoutMs, ...members }: Partial<ReceiptDraft> & { timeoutMs?: number } = {},
): Promise<DecisionReceipt | undefined> {
  const one = draft(members)
  for (;;) {
    try {
      const receipt = await ledger.append(one, timeoutMs === undefined ? {} : { timeoutMs })
      acknowledged.push(receipt)
      return receipt
    } catch (error) {
      const told = QuittanceError.is(error, 'LEDGER_TIMEOUT') ? error.cause : error
      // a slow machine
      if (told === undefined && timeoutMs !== undefined) continue
      if (!QuittanceError.is(told, 'STORE_ROLLED_BACK')) throw error
      for (const seq of namedIn(told.message)) refused.add(seq)
      return undefined
    }
  }
}

async function expectValid(store: ReceiptStore): Promise<DecisionReceipt[]> {
  const chain = await stored(store)
  const keyring = new Keyring(await keyNamed('a').publicKeys!())
  if (chain.length === 0) return chain
  const { verdict, problems } = await verifyChain(chain, { keyring })
  expect({ verdict, problems }).toEqual({ verdict: 'VALID', problems: [] })
  expect(new Set(chain.map(({ receiptId }) => receiptId)).size).toBe(chain.length)
  return chain
}

const lostRef = ({ seq, receiptId, receiptHash }: DecisionReceipt) => ({ seq, receiptId, receiptHash })
const namesOf = (chain: readonly DecisionReceipt[]) =>
  chain.flatMap(({ system }) => (system?.event === 'rollback' ? system.lost : []))

/** Turn by turn, so that no run of one writer is longer than its turns. */
async function inTurn(writers: readonly Writer[], rounds: number, more = {}): Promise<void> {
  for (let round = 0; round < rounds; round += 1) for (const writer of writers) await append(writer, more)
}

function three(): { memory: ReturnType<typeof losing>; writers: Writer[]; shelf: Shared } {
  const memory = losing()
  const shelf = shared(memory)
  return { memory, shelf, writers: Array.from({ length: 3 }, () => writerOn(shelf.view())) }
}

test('every writer puts back its own, run by run, until the whole line stands again', async () => {
  const { memory, writers } = three()
  await inTurn(writers, 6)
  const before = await stored(memory)
  await memory.keepOnly(5)
  // at once: each waits for the others
  await Promise.all(writers.map((writer) => append(writer)))
  const chain = await expectValid(memory)
  expect(chain.slice(0, before.length)).toEqual(before)
  expect(chain).toHaveLength(before.length + 3)
  for (const { events, refused } of writers) {
    expect(events.every(({ outcome }) => outcome === 'restored')).toBe(true)
    expect([...refused]).toEqual([])
  }
  const restored = writers.flatMap(({ events }) => events.flatMap(({ lost }) => lost)).sort((a, b) => a.seq - b.seq)
  expect(restored).toEqual(before.slice(5).map(lostRef))
})

test('a writer whose neighbours are gone is told which of its receipts are, and may go on', async () => {
  const { memory, shelf } = three()
  const [one, other] = [writerOn(shelf.view()), writerOn(shelf.view())]
  await inTurn([one, other], 4)
  const before = await stored(memory)
  await memory.keepOnly(3)
  // its neighbour died: seq 3 was the first of what is lost, and is its own
  const error = await one.ledger.append(draft(), { timeoutMs: SHORT_MS }).catch((thrown) => thrown)
  expect((await stored(memory)).at(-1)).toEqual(before[3])
  expect(error).toMatchObject({
    code: 'STORE_ROLLED_BACK',
    message: expect.stringContaining('seq 5, 7'),
    details: { expected: { seq: 7 }, actual: { seq: 3 } },
  })
  const accepted = await one.ledger.acceptRollback('acme')
  expect(accepted.system).toEqual({
    event: 'rollback',
    lost: [before[5], before[7]].map((receipt) => lostRef(receipt!)),
  })
  // the neighbour lives after all: now another line stands there, and it names its own by itself
  await append(other)
  expect(namesOf(await expectValid(memory)).map(({ seq }) => seq)).toEqual([5, 7, 4, 6, 8])
})

test('where another line stands each names its own at once, gaps or not', async () => {
  const { memory, shelf, writers } = three()
  await inTurn(writers, 4)
  const before = await stored(memory)
  await memory.keepOnly(2)
  await inTurn([writerOn(shelf.view())], 12)
  for (const writer of writers) expect(await append(writer)).toBeDefined()
  const lost = namesOf(await expectValid(memory))
  expect([...lost].sort((a, b) => a.seq - b.seq)).toEqual(before.slice(2).map(lostRef))
  expect(lost.map(({ seq }) => seq % 3)).toEqual([...'111122220000'.slice(1)].map(Number))
})

test('a short line that is not the old one stops nobody for ever', async () => {
  const { memory, shelf } = three()
  const [one, other] = [writerOn(shelf.view()), writerOn(shelf.view())]
  await inTurn([one, other], 4)
  await memory.keepOnly(2)
  const stranger = writerOn(shelf.view())
  await append(stranger)
  // 3 and what follows can't be put back, but that is known only when something else stands there
  expect(await append(one, { timeoutMs: SHORT_MS })).toBeUndefined()
  await append(stranger)
  expect(await append(one)).toBeDefined()
  expect(await append(other)).toBeDefined()
  expect(
    namesOf(await expectValid(memory))
      .map(({ seq }) => seq)
      .sort(),
  ).toEqual([2, 3, 4, 5, 6, 7, 8])
})

test('what was erased by another writer does not come back with what is put back', async () => {
  const { memory, writers } = three()
  const [one, other, third] = writers as [Writer, Writer, Writer]
  await inTurn(writers, 1)
  const secret = await append(one, { details: { rationale: 'private' } })
  await append(third)
  await other.ledger.eraseDetails('acme', secret!.receiptId, { reason: 'request' })
  const before = await stored(memory)
  await memory.keepOnly(3)
  await Promise.all(writers.map((writer) => append(writer)))
  const chain = await expectValid(memory)
  expect(chain.slice(0, before.length)).toEqual(before)
  expect(chain.find(({ receiptId }) => receiptId === secret!.receiptId)?.details).toBeUndefined()
})

test('while a writer waits for the others nobody waits for its turn', async () => {
  const { memory, shelf } = three()
  const [one, other] = [writerOn(shelf.view()), writerOn(shelf.view())]
  await inTurn([one, other], 4)
  await memory.keepOnly(2)
  // seq 2 is the other's
  const waiting = append(one)
  for (let look = 0; look < 20; look += 1) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(await append(other)).toBeDefined()
  expect(await waiting).toBeDefined()
  expect(namesOf(await expectValid(memory))).toEqual([])
})

interface Plan {
  readonly writers: number
  /** Who appends how many at once, one after the other. */
  readonly rounds: readonly (readonly [number, number])[]
  readonly keep: number
  /** How long the line is that a stranger begins. */
  readonly stranger: number
  readonly absent: number
  readonly together: boolean
}

const plans: fc.Arbitrary<Plan> = fc.record({
  writers: fc.integer({ min: 2, max: 4 }),
  rounds: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 })), { minLength: 2, maxLength: 16 }),
  keep: fc.double({ min: 0, max: 1, noNaN: true }),
  stranger: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 })),
  absent: fc.integer({ min: -1, max: 3 }),
  together: fc.boolean(),
})

async function loseAndGoOn(plan: Plan): Promise<void> {
  const memory = losing()
  const shelf = shared(memory)
  const writers = Array.from({ length: plan.writers }, () => writerOn(shelf.view()))
  const of = (which: number): Writer => writers[which % writers.length] as Writer
  for (const [which, count] of plan.rounds)
    await Promise.all(Array.from({ length: count }, (_, index) => append(of(which + (index % 2)))))
  const before = await stored(memory)
  await memory.keepOnly(Math.floor(plan.keep * before.length))
  const stranger = writerOn(shelf.view())
  for (let index = 0; index < plan.stranger; index += 1) await append(stranger)
  // one may never come back
  const present = writers.filter((_, which) => which !== plan.absent)
  const short = { timeoutMs: SHORT_MS }
  if (plan.together) await Promise.all(present.map((writer) => append(writer, short)))
  else for (const writer of present) await append(writer, short)

  const check = async (afterwards: boolean): Promise<void> => {
    const chain = await expectValid(memory)
    const standing = new Set<string>(chain.map(({ receiptHash }) => receiptHash))
    const named = new Set<string>(namesOf(chain).map(({ receiptHash }) => receiptHash))
    for (const hash of named) expect(standing.has(hash)).toBe(false)
    for (const { acknowledged, events, refused } of [...present, stranger]) {
      const recorded = events.filter(({ outcome }) => outcome === 'recorded').flatMap(({ lost }) => lost)
      for (const { receiptHash } of recorded) expect(named.has(receiptHash)).toBe(true)
      for (const { receiptHash, seq } of acknowledged) {
        const told = standing.has(receiptHash) || named.has(receiptHash) || (!afterwards && refused.has(seq))
        expect({ seq, told }).toEqual({ seq, told: true })
      }
    }
  }
  await check(false)
  for (const writer of present) {
    while ((await append(writer, short)) === undefined) {
      await writer.ledger.acceptRollback('acme', { tenantId: 'acme' }).catch((error) => {
        // what others put back meanwhile is not lost any more
        if (!(error instanceof RangeError)) throw error
      })
    }
  }
  await check(true)
}

test('wherever the tail is cut, each acknowledged receipt stands or is named, none twice', async () => {
  await fc.assert(fc.asyncProperty(plans, loseAndGoOn), { numRuns: 25 })
}, 120_000)
