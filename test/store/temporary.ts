import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { ReceiptStore } from '../../src/store/store.js'

/** A folder of its own for the running test, removed when it ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Closes the store when the running test ends. */
export function closedAtEnd<S extends ReceiptStore>(store: S): S {
  onTestFinished(() => store.close())
  return store
}

export const refOf = ({ seq, receiptHash }: DecisionReceipt) => ({ seq, receiptHash })

export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of iterable) items.push(item)
  return items
}

/** The error of a call that must fail with one of quittance's. */
export async function failureOf(call: Promise<unknown>): Promise<QuittanceError> {
  try {
    await call
  } catch (error) {
    if (QuittanceError.is(error)) return error
    throw error
  }
  throw new Error('expected a failure, but it resolved')
}
