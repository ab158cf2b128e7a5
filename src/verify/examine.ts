/** One receipt by itself: shape, signature, self-hash, details. Its key's standing and its place come later. */
import { QuittanceError } from '../errors.js'
import { admitKey, refusalText } from '../keys/ed25519/admission.js'
import type { Ed25519Backend } from '../keys/ed25519/backend.js'
import { defaultBackend, verifySignature } from '../keys/ed25519/verify.js'
import { fromHex } from '../primitives/bytes.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { isTime } from '../primitives/time.js'
import { detailsHashOf, passingMessage, receiptHashOf } from '../receipt/digest.js'
import { VERSION } from '../receipt/limits.js'
import type { PlainReceipt } from '../receipt/plain.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { receiptFaults } from '../receipt/validate.js'
import { type RawLine, type Reading, type Remark, readLine, readObject, shownPath } from './line.js'
import type { NoticeCode, ProblemCode } from './types.js'

/** What was found out about one receipt by itself. */
export interface Examined {
  /** The receipt, where what places it in a chain has its form: enough to go on with the chain. */
  readonly receipt?: DecisionReceipt | undefined
  /** Its line, where its texts are parts of that and so keep it. */
  readonly line?: string | undefined
  /** What it claims to be, as far as that has its form; for a finding to name. */
  readonly claimed?: { readonly seq?: number | undefined; readonly receiptId?: string | undefined } | undefined
  /** Of a receipt whose version this release does not know: nothing else was looked at. */
  readonly otherVersion?: string | undefined
  readonly problems: readonly Remark<ProblemCode>[]
  readonly notices: readonly Remark<NoticeCode>[]
  /** True where every known member has its shape: only then can its key be judged. */
  readonly wellFormed: boolean
  /** True where nothing at all was found: only then may it change trust or date others. */
  readonly sound: boolean
}

type Claim = Readonly<Record<string, unknown>>

const none: readonly never[] = []

const hashText = /^sha256:[0-9a-f]{64}$/
const idText = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const signatureText = /^ed25519:[0-9a-f]{128}$/

const isText = (value: unknown, form: RegExp): value is string => typeof value === 'string' && form.test(value)
const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function claimedBy({ seq, receiptId }: Claim): Examined['claimed'] {
  return { seq: isSeq(seq) ? seq : undefined, receiptId: isText(receiptId, idText) ? receiptId : undefined }
}

function placed(claim: Claim): DecisionReceipt | undefined {
  const { chainId, seq, receiptId, timestamp, receiptHash, prevReceiptHash } = claim
  const holds =
    isText(chainId, chainIdPattern) &&
    isSeq(seq) &&
    isText(receiptId, idText) &&
    typeof timestamp === 'string' &&
    isTime(timestamp) &&
    isText(receiptHash, hashText) &&
    isText(prevReceiptHash, hashText)
  return holds ? (claim as unknown as DecisionReceipt) : undefined
}

function signatureRemark(claim: Claim, backend: Ed25519Backend): Remark<ProblemCode> | undefined {
  const { keyId, receiptHash, signature } = claim
  if (typeof keyId !== 'string' || !isText(signature, signatureText) || !isText(receiptHash, hashText)) {
    return { code: 'SIGNATURE_INVALID', message: 'has no key, hash or signature in the form of the format' }
  }
  return keyRemark(keyId, receiptHash, fromHex(signature.slice('ed25519:'.length)), backend)
}

/** Of members that have their form. */
function keyRemark(
  keyId: string,
  receiptHash: string,
  signature: Uint8Array,
  backend: Ed25519Backend,
): Remark<ProblemCode> | undefined {
  const admission = admitKey(keyId)
  if (admission.key === undefined) {
    return { code: 'SIGNATURE_INVALID', message: `has a keyId that ${refusalText[admission.refused]}` }
  }
  if (verifySignature(admission.key, passingMessage(receiptHash), signature, backend)) return undefined
  return { code: 'SIGNATURE_INVALID', message: 'has a signature that its key did not make over its receiptHash' }
}

const hashMismatch = {
  code: 'HASH_MISMATCH',
  message: 'has a receiptHash that is not the hash of what it says',
} as const
const detailsMismatch = {
  code: 'DETAILS_MISMATCH',
  message: 'has details that are not those of its detailsHash',
} as const
const detailsErased = {
  code: 'DETAILS_ERASED',
  message: 'has no details any more; hash, link and signature hold without them',
} as const

function detailsRemarks(receipt: Claim, problems: Remark<ProblemCode>[], notices: Remark<NoticeCode>[]): void {
  const { details, detailsHash } = receipt
  if (details === undefined) {
    if (detailsHash !== undefined) notices.push(detailsErased)
    return
  }
  let computed: string | undefined
  try {
    computed = detailsHashOf(details)
  } catch (error) {
    if (!QuittanceError.is(error, 'RECEIPT_NOT_JSON')) throw error
  }
  if (computed !== detailsHash) problems.push(detailsMismatch)
}

/** Of a receipt with which nothing is wrong but, perhaps, its signature. */
function examinePlain({ receipt, signature, line }: PlainReceipt, backend: Ed25519Backend): Examined {
  const { seq, receiptId, keyId, receiptHash, details, detailsHash } = receipt
  const unsigned = keyRemark(keyId, receiptHash, signature, backend)
  return {
    receipt,
    line,
    claimed: { seq, receiptId },
    problems: unsigned ? [unsigned] : none,
    notices: details === undefined && detailsHash !== undefined ? [detailsErased] : none,
    wellFormed: true,
    sound: unsigned === undefined,
  }
}

/**
 * @param reading - of a line or an object
 * @param backend - checks the signature
 * @returns what it is
 */
export function examine(reading: Reading, backend: Ed25519Backend = defaultBackend): Examined {
  const { claim, texts, plain } = reading
  if (plain !== undefined) return examinePlain(plain, backend)
  const problems = [...reading.problems]
  const notices = [...reading.notices]
  if (claim === undefined) return { problems, notices, wellFormed: false, sound: false }
  if (typeof claim.version === 'string' && claim.version !== VERSION) {
    problems.push({ code: 'UNSUPPORTED', message: 'has a version that this release does not know' })
    const otherVersion = claim.version
    return { claimed: claimedBy(claim), otherVersion, problems, notices, wellFormed: false, sound: false }
  }
  // a value that has no canonical form may be too deep to be walked
  const faults = texts === undefined ? [] : receiptFaults(claim)
  for (const fault of faults) {
    problems.push({ code: fault.code, message: `${shownPath(fault.path)} ${fault.message}` })
  }
  const unsigned = signatureRemark(claim, backend)
  if (unsigned) problems.push(unsigned)
  if (texts !== undefined) {
    if (receiptHashOf(texts.preimage) !== claim.receiptHash) problems.push(hashMismatch)
    detailsRemarks(claim, problems, notices)
  }
  const wellFormed = texts !== undefined && !faults.some((fault) => fault.code === 'FIELD_INVALID')
  const sound = wellFormed && problems.length === 0
  return { receipt: placed(claim), claimed: claimedBy(claim), problems, notices, wellFormed, sound }
}

/**
 * @param line - a line as a splitter handed it on
 * @param backend - checks the signature; every one gives the same verdict
 * @returns what it is; a last line without newline was never acknowledged, so it is judged only if it is whole
 */
export function examineLine(line: RawLine, backend: Ed25519Backend = defaultBackend): Examined {
  const unterminated = {
    code: 'LINE_UNTERMINATED',
    message: 'is the last and has no newline: it was never acknowledged',
  } as const
  if ('fault' in line) {
    const fault = line.terminated ? { code: line.fault, message: line.message } : unterminated
    return { problems: [fault], notices: [], wellFormed: false, sound: false }
  }
  const reading = readLine(line.text)
  if (line.terminated) return examine(reading, backend)
  if (reading.claim === undefined) return { problems: [unterminated], notices: [], wellFormed: false, sound: false }
  const examined = examine(reading, backend)
  return { ...examined, problems: [...examined.problems, unterminated], sound: false }
}

/**
 * @param source - a receipt in memory, or a line
 * @returns what it is
 */
export function examineReceipt(source: unknown): Examined {
  return examine(typeof source === 'string' ? readLine(source) : readObject(source), defaultBackend)
}
