/** The arguments of a store, checked the same way by every driver: a mistake of the program is a TypeError or RangeError. */
import { type HeadRef, QuittanceError } from '../errors.js'
import { utf8 } from '../primitives/bytes.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isTime } from '../primitives/time.js'
import { genesisHash } from '../receipt/digest.js'
import { MAX_LINE_BYTES } from '../receipt/limits.js'
import { lineOf } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptQuery, SeqRange } from './store.js'

/** The most bytes of one state value. */
export const MAX_STATE_BYTES = 64 * 1024

/** How a receipt's id is written: a lower-case UUID. Which version it is, the format's own checks have looked at. */
export const receiptIdPattern: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const digestPattern = /^sha256:[0-9a-f]{64}$/
const stateNamePattern = /^[a-z0-9-]{1,64}$/

/**
 * @param chainId - what the caller gave
 * @throws RangeError when no chain can have that name
 */
export function checkChainId(chainId: string): void {
  if (typeof chainId !== 'string' || !chainIdPattern.test(chainId)) {
    throw new RangeError('chainId must be 1-256 of A-Z a-z 0-9 . _ : @ / -, without .. and without / at either end')
  }
}

function checkSeq(name: string, value: number | undefined): void {
  if (value === undefined) return
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} must be an integer from 0 to 2^53-1`)
}

function checkRef(name: string, ref: HeadRef): void {
  if (typeof ref !== 'object' || ref === null) throw new TypeError(`${name} must be {seq, receiptHash}`)
  checkSeq(`${name}.seq`, ref.seq)
  if (ref.seq === undefined) throw new RangeError(`${name}.seq must be an integer from 0 to 2^53-1`)
  if (typeof ref.receiptHash !== 'string') throw new TypeError(`${name}.receiptHash must be a string`)
}

/**
 * @param range - what the caller gave to `read` or `lines`
 * @throws RangeError when an end is not a seq
 */
export function checkRange(range: SeqRange): void {
  checkSeq('fromSeq', range.fromSeq)
  checkSeq('toSeq', range.toSeq)
}

const queryMembers: Readonly<Record<keyof ReceiptQuery, true>> = {
  chainId: true,
  traceId: true,
  sessionId: true,
  subjectId: true,
  action: true,
  eventType: true,
  from: true,
  to: true,
  limit: true,
  signal: true,
}

/**
 * @param query - what the caller gave
 * @throws RangeError when a member can match nothing because it is malformed
 * @throws TypeError for a member that is not known: without it everything would match
 */
export function checkQuery(query: ReceiptQuery): void {
  refuseUnknownMembers(query, queryMembers, 'query')
  checkChainId(query.chainId)
  for (const name of ['from', 'to'] as const) {
    const value = query[name]
    if (value !== undefined && !isTime(value))
      throw new RangeError(`${name} must be a time as YYYY-MM-DDTHH:MM:SS.sssZ`)
  }
  checkSeq('limit', query.limit)
}

/** Receipts that may be appended, with the line of each. */
export interface Batch {
  readonly receipts: readonly DecisionReceipt[]
  /** As they will be stored, without the newline. */
  readonly lines: readonly string[]
  readonly expected: HeadRef | undefined
}

/**
 * Looks at a batch before anything is asked of the chain.
 *
 * @param chainId - the chain
 * @param receipts - what is to be appended
 * @param expected - the head that the first must link to
 * @returns the batch with its lines
 * @throws RangeError when the receipts are not consecutive, not linked or not of this chain
 * @throws QuittanceError `RECEIPT_NOT_JSON`, `RECEIPT_TOO_LARGE` for a receipt that can't be a line
 */
export function checkAppend(
  chainId: string,
  receipts: readonly DecisionReceipt[],
  expected: HeadRef | undefined,
): Batch {
  checkChainId(chainId)
  if (!Array.isArray(receipts)) throw new TypeError('receipts must be an array')
  if (receipts.length === 0) throw new RangeError('receipts must hold at least one')
  if (expected !== undefined) checkRef('expected', expected)
  let seq = expected === undefined ? 0 : expected.seq + 1
  let previous = expected === undefined ? genesisHash(chainId) : expected.receiptHash
  const lines: string[] = []
  for (let index = 0; index < receipts.length; index += 1) {
    const receipt = receipts[index] as DecisionReceipt
    if (typeof receipt !== 'object' || receipt === null) throw new TypeError(`receipts[${index}] must be a receipt`)
    const fault = faultOf(receipt, chainId, seq, previous)
    if (fault !== undefined) throw new RangeError(`receipts[${index}].${fault}`)
    lines.push(lineWithinLimit(receipt))
    previous = receipt.receiptHash
    seq += 1
  }
  return { receipts, lines, expected }
}

/** What is wrong with the place of a receipt, or with what names it. */
function faultOf(receipt: DecisionReceipt, chainId: string, seq: number, previous: string): string | undefined {
  if (receipt.chainId !== chainId) return "chainId is not the chain's"
  if (receipt.seq !== seq) return `seq must be ${seq}, the one after its predecessor's`
  if (receipt.prevReceiptHash !== previous) return "prevReceiptHash is not its predecessor's receiptHash"
  if (!receiptIdPattern.test(receipt.receiptId)) return 'receiptId must be a lower-case UUID'
  if (!digestPattern.test(receipt.receiptHash)) return 'receiptHash must be sha256: and 64 hex digits'
  return undefined
}

function lineWithinLimit(receipt: DecisionReceipt): string {
  const line = lineOf(receipt)
  // UTF-8 has at most three bytes a UTF-16 unit: most lines need no encoding to be known short
  if (line.length * 3 > MAX_LINE_BYTES && utf8(line).length > MAX_LINE_BYTES) {
    throw new QuittanceError('RECEIPT_TOO_LARGE', `a line may have ${MAX_LINE_BYTES} bytes`, {
      details: { chainId: receipt.chainId, receiptId: receipt.receiptId, outcome: 'absent' },
    })
  }
  return line
}

/**
 * @param chainId - the chain
 * @param beforeSeq - the first seq that stays
 * @param through - the last receipt that goes
 * @throws RangeError when the two don't meet
 */
export function checkPrune(chainId: string, beforeSeq: number, through: HeadRef): void {
  checkChainId(chainId)
  if (!Number.isSafeInteger(beforeSeq) || beforeSeq < 1)
    throw new RangeError('beforeSeq must be an integer from 1 to 2^53-1')
  checkRef('through', through)
  if (through.seq !== beforeSeq - 1) throw new RangeError('through.seq must be beforeSeq - 1')
}

/**
 * @param chainId - the chain
 * @param name - the name of a state value
 * @throws RangeError when no state can have that name
 */
export function checkStateName(chainId: string, name: string): void {
  checkChainId(chainId)
  if (typeof name !== 'string' || !stateNamePattern.test(name)) throw new RangeError('name must be 1-64 of a-z 0-9 -')
}

/**
 * @param bytes - the value to be put
 * @param expectedVersion - the version it replaces
 * @throws TypeError when `bytes` are none, RangeError when they are too many or the version is none
 */
export function checkStateValue(bytes: Uint8Array, expectedVersion: number): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes must be a Uint8Array')
  if (bytes.length > MAX_STATE_BYTES) throw new RangeError(`bytes may be at most ${MAX_STATE_BYTES}`)
  if (!Number.isSafeInteger(expectedVersion) || expectedVersion < 0) {
    throw new RangeError('expectedVersion must be an integer from 0 to 2^53-1')
  }
}
