/** What the cases of the store suite share. */
import assert from 'node:assert/strict'
import { type ErrorCode, type HeadRef, QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore, SeqRange } from '../../store/store.js'

/** One store under test, fresh and empty. */
export interface StoreHarness {
  readonly store: ReceiptStore
  /** A store on the same data; the suite closes the one before it first. Required where `store.durable`. */
  reopen?(): Promise<ReceiptStore>
  /** Called when the case is over, whether it held or not. The suite has closed the store. */
  cleanup?(): Promise<void>
}

/** One promise of a contract, ready for any test runner. */
export interface ConformanceCase {
  readonly name: string
  /** Resolves when the promise holds, rejects with an assertion error when not. */
  run(): Promise<void>
}

/** A case before it knows the store. */
export interface StoreCase {
  readonly name: string
  /** The optional part of the contract that it is about. */
  readonly needs?: StoreFeature | undefined
  run(harness: StoreHarness): Promise<void>
}

/** The parts of the contract that a store may leave out. */
export type StoreFeature = 'lines' | 'query' | 'prune' | 'eraseDetails' | 'lease'

/** @returns a new chain's name; stores that are shared between runs stay apart */
export function freshChain(): string {
  return `conformance/${crypto.randomUUID()}`
}

/** @returns what names and compares a receipt */
export function refOf(receipt: DecisionReceipt): HeadRef {
  return { seq: receipt.seq, receiptHash: receipt.receiptHash }
}

/** @returns everything an iterable yields */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of iterable) items.push(item)
  return items
}

/** @returns the seqs that `read` yields */
export async function seqsOf(store: ReceiptStore, chainId: string, range?: SeqRange): Promise<number[]> {
  return (await collect(store.read(chainId, range))).map((receipt) => receipt.seq)
}

/** Appends receipts on the last of `before`. */
export async function appendAfter(
  store: ReceiptStore,
  before: DecisionReceipt | undefined,
  receipts: readonly DecisionReceipt[],
): Promise<void> {
  const [first] = receipts
  assert.ok(first)
  await store.append(first.chainId, receipts, before && refOf(before))
}

/** Asserts that a call rejects with a code. @returns the error */
export async function rejectsWith(promise: Promise<unknown>, code: ErrorCode): Promise<QuittanceError> {
  try {
    await promise
  } catch (error) {
    if (QuittanceError.is(error, code)) return error
    assert.fail(`expected ${code}, got ${String(error)}`)
  }
  return assert.fail(`expected ${code}, but it resolved`)
}

/** Asserts that a chain holds exactly these receipts, by every way of looking at it. */
export async function assertHolds(
  store: ReceiptStore,
  chainId: string,
  receipts: readonly DecisionReceipt[],
): Promise<void> {
  assert.deepEqual(await collect(store.read(chainId)), receipts)
  assert.deepEqual(await store.head(chainId), receipts.at(-1))
  const [first] = receipts
  const last = receipts.at(-1)
  assert.deepEqual(await store.bounds(chainId), first && last && { first: first.seq, last: last.seq })
  for (const receipt of receipts) assert.deepEqual(await store.get(chainId, receipt.receiptId), receipt)
}

/** The part of a store that a case is about. */
export function feature<Name extends StoreFeature>(store: ReceiptStore, name: Name): NonNullable<ReceiptStore[Name]> {
  const method = store[name]
  assert.ok(method, `the store has no ${name}; if that is meant, declare it in \`without\``)
  return method.bind(store) as NonNullable<ReceiptStore[Name]>
}
