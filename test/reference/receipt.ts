/** One line by itself: text, members, hash, signature, details. */
import { createHash } from 'node:crypto'
import { isSignature, keyOfDid } from './ed25519.js'
import { canonical, isMembers, type Members, readJson } from './json.js'
import { at, hasReserved, reportOf } from './members.js'

const MAX_LINE = 131_072
const MAX_PREIMAGE = 65_000

/** A receipt whose members have the form that they should, as far as they are known. */
export interface Receipt {
  readonly members: Members
  readonly seq: number
  readonly chainId: string
  readonly version: string
  readonly timestamp: string
  readonly keyId: string
  readonly receiptHash: string
  readonly prevReceiptHash: string
  readonly signature: string
}

/** What the page says of a line. */
export interface LineReport {
  /** Codes that must be found. */
  readonly must: Set<string>
  /** At least one of these must be found; the page does not say which goes first. */
  readonly oneOf: Set<string>
  /** Codes that may be found as well. */
  readonly may: Set<string>
  readonly notices: Set<string>
  /** Where the line can be read. */
  readonly version: string | undefined
  /** Where its members have the form that they should, as far as they are known. */
  readonly receipt: Receipt | undefined
  /** Whether it may have a place all the same: the page does not say what of a receipt must be right for that. */
  readonly partial: boolean
  /** Whether a rotation names a key that did not countersign it. */
  readonly badCountersignature: boolean
}

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
export const bytesOfHex = (text: string): Buffer => Buffer.from(text.slice(text.indexOf(':') + 1), 'hex')

export function signedBy(keyId: string, message: string, signature: string): boolean {
  const key = keyOfDid(keyId)
  return key !== undefined && isSignature(key, Buffer.from(message), bytesOfHex(signature))
}

type Report = { -readonly [name in keyof LineReport]: LineReport[name] }

function report(): Report {
  return {
    must: new Set(),
    oneOf: new Set(),
    may: new Set(),
    notices: new Set(),
    version: undefined,
    receipt: undefined,
    partial: false,
    badCountersignature: false,
  }
}

/** Of a line that is none: nothing else is known of it. */
export function lineFault(...codes: string[]): Report {
  const found = report()
  for (const code of codes) (codes.length === 1 ? found.must : found.oneOf).add(code)
  return found
}

/** Everything that is found on a receipt whose text is in doubt, over the doubt itself. */
const afterTextFault = ['HASH_MISMATCH', 'SIGNATURE_INVALID', 'DETAILS_MISMATCH', 'FIELD_INVALID', 'UNSUPPORTED']

function doubtful(members: Members, faults: readonly string[]): LineReport {
  const found = lineFault(...faults)
  for (const code of [...afterTextFault, ...faults]) found.may.add(code)
  const version = members.get('version')
  if (typeof version === 'string') found.version = version
  found.partial = true
  return found
}

/** Of members whose form is known to be right. */
function receiptOf(members: Members): Receipt {
  const text = (name: string) => members.get(name) as string
  return {
    members,
    seq: members.get('seq') as number,
    version: text('version'),
    chainId: text('chainId'),
    timestamp: text('timestamp'),
    keyId: text('keyId'),
    receiptHash: text('receiptHash'),
    prevReceiptHash: text('prevReceiptHash'),
    signature: text('signature'),
  }
}

export function reportOfLine(text: string): LineReport {
  const found = report()
  const tooLong = Buffer.byteLength(text) > MAX_LINE
  if (tooLong) return lineFault('LINE_TOO_LONG')
  const read = readJson(text)
  if (read === undefined || !isMembers(read.value)) return lineFault('LINE_MALFORMED')
  const members = read.value
  const faults = new Set<string>(read.faults)
  // what is nested too deep is not looked at any further
  if (faults.has('FIELD_INVALID')) return doubtful(members, [...faults, 'MEMBER_FORBIDDEN', 'LINE_TOO_LONG'])
  const preimage = canonical(without(members, 'receiptHash', 'signature', 'details'))
  if (hasReserved(members)) faults.add('MEMBER_FORBIDDEN')
  if (Buffer.byteLength(preimage) > MAX_PREIMAGE || Buffer.byteLength(canonical(members)) > MAX_LINE)
    faults.add('LINE_TOO_LONG')
  if (faults.size > 0) return doubtful(members, [...faults])
  const version = members.get('version')
  if (typeof version === 'string') found.version = version
  if (canonical(members) !== text) found.notices.add('LINE_NOT_CANONICAL')

  // nothing is known of another format: neither its members nor its rules
  if (typeof version === 'string' && version !== 'quittance/1') {
    found.must.add('UNSUPPORTED')
    return found
  }

  const { invalid, unknown, broken, open } = reportOf(members)
  if (open.length > 0) found.may.add('FIELD_INVALID')
  if (invalid.length > 0) found.must.add('FIELD_INVALID')
  if (unknown.length > 0) (invalid.length > 0 ? found.may : found.must).add('UNSUPPORTED')
  if (broken.length > 0) found.must.add('FIELD_INVALID')
  if (invalid.length + broken.length > 0) {
    for (const code of afterTextFault) found.may.add(code)
    found.partial = true
    return found
  }
  const receipt = receiptOf(members)
  found.receipt = receipt
  if (sha256(preimage) !== receipt.receiptHash) found.must.add('HASH_MISMATCH')
  if (!signedBy(receipt.keyId, `quittance/1 receipt\n${receipt.receiptHash}\n`, receipt.signature))
    found.must.add('SIGNATURE_INVALID')
  const detailsHash = members.get('detailsHash')
  const details = members.get('details')
  if (details !== undefined && detailsHash !== undefined) {
    if (sha256(`quittance/1 details\n${canonical(details)}`) !== detailsHash) found.must.add('DETAILS_MISMATCH')
  } else if (details !== undefined) found.may.add('DETAILS_MISMATCH')
  else if (detailsHash !== undefined) found.notices.add('DETAILS_ERASED')
  if (at(members, 'key', 'event') === 'rotate' && unknown.length === 0) {
    const next = at(members, 'key', 'newKeyId') as string
    const message = `quittance/1 rotation\n${receipt.chainId}\n${receipt.keyId}\n${next}\n`
    if (!signedBy(next, message, at(members, 'key', 'countersignature') as string)) found.badCountersignature = true
  }
  return found
}

export function without(members: Members, ...names: string[]): Members {
  return new Map([...members].filter(([name]) => !names.includes(name)))
}
