import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { frozenFrom } from '../frozen.js'
import { joinLine } from './line.js'

/** One entry of a chain's stream, whoever put it there. */
export interface Entry {
  readonly id: string
  /** Of which seq it claims to be; `undefined` for an id that no receipt has. */
  readonly seq: number | undefined
  /** `undefined` where there is none. */
  readonly core: string | undefined
  /** Where its details go; `undefined` where it has none. */
  readonly offset: number | undefined
}

const idPattern = /^(\d{1,16})-1$/

/** @returns the seq of an entry's id, `undefined` where no receipt has such an id */
function seqOf(id: string): number | undefined {
  const digits = idPattern.exec(id)?.[1]
  const seq = Number(digits)
  return Number.isSafeInteger(seq) ? seq : undefined
}

/**
 * @param id - of the entry
 * @param fields - names and values in turn, as Redis returns them
 * @returns the entry
 */
export function entryOf(id: string, fields: readonly string[]): Entry {
  // our own have l first and d second
  const core = fields[0] === 'l' ? fields[1] : undefined
  const offset = core !== undefined && fields[2] === 'd' ? Number(fields[3]) : undefined
  return { id, seq: seqOf(id), core, offset }
}

/**
 * @param entry - an entry
 * @param details - the text of its details; `undefined` or null where there is none
 * @returns its line; for an entry that holds none, words that no verifier takes for a receipt
 */
export function lineFrom(entry: Entry, details: string | null | undefined): string {
  if (entry.core === undefined) return `entry ${entry.id} holds no receipt`
  return joinLine(entry.core, entry.offset ?? 0, details ?? undefined)
}

/** @returns the error of a chain that is not as this driver writes it */
export function corrupt(chainId: string, reason: string, seq?: number): QuittanceError {
  const where = seq === undefined ? '' : ` at seq ${seq}`
  return new QuittanceError('STORE_CORRUPT', `the chain is not as it was written${where}: ${reason}`, {
    details: { chainId, reason, ...(seq === undefined ? {} : { seq }) },
  })
}

/**
 * @param chainId - the chain
 * @param seq - where the line stands
 * @param line - the line
 * @returns its receipt, frozen
 * @throws QuittanceError `STORE_CORRUPT` when it is not a receipt of that place
 */
export function receiptFrom(chainId: string, seq: number, line: string): DecisionReceipt {
  let receipt: DecisionReceipt
  try {
    receipt = frozenFrom(line)
  } catch (error) {
    if (error instanceof SyntaxError) throw corrupt(chainId, 'not-json', seq)
    throw error
  }
  if (typeof receipt !== 'object' || receipt === null || receipt.seq !== seq || receipt.chainId !== chainId) {
    throw corrupt(chainId, 'not-this-place', seq)
  }
  return receipt
}
