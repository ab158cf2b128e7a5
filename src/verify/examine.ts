/** One receipt by itself: shape, signature, self-hash, details. Its key's standing and its place come later. */
import { QuittanceError } from '../errors.js'
import { admitKey, refusalText } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import { fromHex } from '../primitives/bytes.js'
import { detailsHashOf, receiptHashOf, signedMessage } from '../receipt/digest.js'
import { VERSION } from '../receipt/limits.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { receiptFaults } from '../receipt/validate.js'
import { type RawLine, type Reading, type Remark, readLine, readObject } from './line.js'
import type { NoticeCode, ProblemCode } from './types.js'

/** What was found out about one receipt by itself. */
export interface Examined {
  /** The receipt, where it has at least a version, a place and a hash: enough to go on with the chain. */
  readonly receipt?: DecisionReceipt | undefined
  readonly problems: readonly Remark<ProblemCode>[]
  readonly notices: readonly Remark<NoticeCode>[]
  /** True where every known member has its shape: only then can its key be judged. */
  readonly wellFormed: boolean
  /** True where nothing at all was found: only then may it change trust or date others. */
  readonly sound: boolean
}

const hashText = /^sha256:[0-9a-f]{64}$/
const signatureText = /^ed25519:[0-9a-f]{128}$/

const placeable = (claim: Readonly<Record<string, unknown>>): boolean =>
  typeof claim.version === 'string' &&
  typeof claim.chainId === 'string' &&
  typeof claim.receiptId === 'string' &&
  typeof claim.timestamp === 'string' &&
  Number.isSafeInteger(claim.seq) &&
  (claim.seq as number) >= 0 &&
  hashText.test(String(claim.receiptHash)) &&
  hashText.test(String(claim.prevReceiptHash))

const placed = (claim: Readonly<Record<string, unknown>>): DecisionReceipt | undefined =>
  placeable(claim) ? (claim as unknown as DecisionReceipt) : undefined

function signatureRemark(claim: Readonly<Record<string, unknown>>): Remark<ProblemCode> | undefined {
  const { keyId, receiptHash, signature } = claim
  if (typeof keyId !== 'string' || typeof signature !== 'string' || !signatureText.test(signature)) {
    return { code: 'SIGNATURE_INVALID', message: 'has no key or no signature in the form of the format' }
  }
  const admission = admitKey(keyId)
  if (admission.key === undefined) {
    return { code: 'SIGNATURE_INVALID', message: `has a keyId that ${refusalText[admission.refused]}` }
  }
  const bytes = fromHex(signature.slice('ed25519:'.length))
  if (verifySignature(admission.key, signedMessage(String(receiptHash)), bytes)) return undefined
  return { code: 'SIGNATURE_INVALID', message: 'has a signature that its key did not make over its receiptHash' }
}

function detailsRemarks(receipt: Readonly<Record<string, unknown>>, problems: Remark<ProblemCode>[], notices: Remark<NoticeCode>[]): void {
  const { details, detailsHash } = receipt
  if (details === undefined) {
    if (detailsHash !== undefined) {
      notices.push({ code: 'DETAILS_ERASED', message: 'has no details any more; hash, link and signature hold without them' })
    }
    return
  }
  let computed: string | undefined
  try {
    computed = detailsHashOf(details)
  } catch (error) {
    if (!QuittanceError.is(error, 'RECEIPT_NOT_JSON')) throw error
  }
  if (computed !== detailsHash) {
    problems.push({ code: 'DETAILS_MISMATCH', message: 'has details that are not those of its detailsHash' })
  }
}

function examine(reading: Reading): Examined {
  const { claim, texts } = reading
  const problems = [...reading.problems]
  const notices = [...reading.notices]
  if (claim === undefined) return { problems, notices, wellFormed: false, sound: false }
  if (typeof claim.version === 'string' && claim.version !== VERSION) {
    problems.push({ code: 'UNSUPPORTED', message: 'has a version that this release does not know' })
    return { receipt: placed(claim), problems, notices, wellFormed: false, sound: false }
  }
  // a value that has no canonical form may be too deep to be walked
  const faults = texts === undefined ? [] : receiptFaults(claim)
  for (const fault of faults) {
    problems.push({ code: fault.code, message: `${fault.path === '' ? 'the receipt' : fault.path} ${fault.message}` })
  }
  const unsigned = signatureRemark(claim)
  if (unsigned) problems.push(unsigned)
  if (texts !== undefined) {
    if (receiptHashOf(texts.preimage) !== claim.receiptHash) {
      problems.push({ code: 'HASH_MISMATCH', message: 'has a receiptHash that is not the hash of what it says' })
    }
    detailsRemarks(claim, problems, notices)
  }
  const wellFormed = texts !== undefined && !faults.some((fault) => fault.code === 'FIELD_INVALID')
  return { receipt: placed(claim), problems, notices, wellFormed, sound: wellFormed && problems.length === 0 }
}

/**
 * @param line - a line as a splitter handed it on
 * @returns what it is; a last line without newline was never acknowledged, so it is judged only if it is whole
 */
export function examineLine(line: RawLine): Examined {
  const unterminated = { code: 'LINE_UNTERMINATED', message: 'is the last and has no newline: it was never acknowledged' } as const
  if ('fault' in line) {
    const fault = line.terminated ? { code: line.fault, message: line.message } : unterminated
    return { problems: [fault], notices: [], wellFormed: false, sound: false }
  }
  const reading = readLine(line.text)
  if (line.terminated) return examine(reading)
  if (reading.claim === undefined) return { problems: [unterminated], notices: [], wellFormed: false, sound: false }
  const examined = examine(reading)
  return { ...examined, problems: [...examined.problems, unterminated], sound: false }
}

/**
 * @param source - a receipt in memory, or a line
 * @returns what it is
 */
export function examineReceipt(source: unknown): Examined {
  return examine(typeof source === 'string' ? readLine(source) : readObject(source))
}
