/**
 * Sealing in three steps, so that a batch chains first and signs in parallel:
 * `frame` (what a receipt says, checked and written once), `link` (its place in the chain, hashed), `seal` (signed).
 */
import { QuittanceError } from '../errors.js'
import { toHex, utf8 } from '../primitives/bytes.js'
import { canonicalMember, canonicalNames } from './canonical.js'
import { receiptHashOf, type Sha256, signedMessage } from './digest.js'
import { MAX_LINE_BYTES, MAX_PREIMAGE_BYTES } from './limits.js'
import type { DecisionReceipt, UnsealedReceipt } from './types.js'
import { bodyWriters, checkBody, checkBodyRules, requiredMembers } from './validate.js'

/** The members that a receipt gets from its place in the chain. */
export interface ChainPlace {
  readonly seq: number
  readonly timestamp: string
  readonly keyId: string
  readonly prevReceiptHash: string
}

/** What a receipt says, without its place. */
export type ReceiptBody = Omit<UnsealedReceipt, keyof ChainPlace>

/** Names that are written later, in canonical order; they cut the canonical text into eight parts. */
const slots = ['details', 'keyId', 'prevReceiptHash', 'receiptHash', 'seq', 'signature', 'timestamp'] as const

type Parts = readonly [string, string, string, string, string, string, string, string]

/** A body that was checked and written once, ready to be linked any number of times. */
export interface Frame {
  readonly body: ReceiptBody
  readonly parts: Parts
  /** `"details":{…},`, or nothing. */
  readonly details: string
  readonly names: readonly string[]
}

/** A receipt that has its place and its hash, and waits for its signature. */
export interface Linked {
  readonly frame: Frame
  readonly place: ChainPlace
  readonly receiptHash: Sha256
  /** What is to be signed. */
  readonly message: Uint8Array
}

/** What a place adds to a preimage at the most: the braces, keyId, prevReceiptHash, a 16-digit seq, timestamp. */
const PLACE_BYTES = 223
/** What a line has beside preimage and details: receiptHash and signature. */
const PROOF_BYTES = 239

/**
 * Checks a body and writes it once.
 *
 * @param body - plain, deeply frozen JSON; its members as FORMAT has them
 * @returns the frame
 * @throws QuittanceError `RECEIPT_INVALID`, `RECEIPT_NOT_JSON`, `RECEIPT_TOO_LARGE`
 */
export function frame(body: ReceiptBody): Frame {
  const parts: string[] = []
  let details = ''
  let part = ''
  let slot = slots[0] as string | undefined
  let required = 0
  let checked = false
  const names = canonicalNames(body)
  for (const name of names) {
    while (slot !== undefined && name > slot) {
      parts.push(part)
      part = ''
      slot = slots[parts.length]
    }
    const value = (body as Record<string, unknown>)[name]
    const writer = bodyWriters.get(name)
    let text = writer?.write?.(value)
    if (writer !== undefined && text !== undefined) text = writer.prefix + text
    else {
      // not so simple, or wrong: the general check has the words for it, the general writer the whole strictness
      if (!checked) checkBody(body)
      checked = true
      text = canonicalMember(name, value)
    }
    if (writer?.required) required += 1
    if (name === 'details') details = `${text},`
    else part += `${text},`
  }
  if (required < requiredMembers) checkBody(body)
  if (!checked) checkBodyRules(body as DecisionReceipt)
  // the last member is behind every slot: each receipt has a version
  parts.push(part.slice(0, -1))
  checkSize(parts, details)
  return { body, parts: parts as unknown as Parts, details, names }
}

function checkSize(parts: readonly string[], details: string): void {
  let characters = details.length
  for (const part of parts) characters += part.length
  // UTF-8 has at most three bytes a UTF-16 unit: most receipts need no encoding to be known small
  if (characters * 3 + PLACE_BYTES <= MAX_PREIMAGE_BYTES) return
  const preimage = parts.reduce((sum, part) => sum + utf8(part).length, PLACE_BYTES)
  if (preimage > MAX_PREIMAGE_BYTES) throw tooLarge(`a preimage may have ${MAX_PREIMAGE_BYTES} bytes`)
  if (preimage + PROOF_BYTES + utf8(details).length > MAX_LINE_BYTES)
    throw tooLarge(`a line may have ${MAX_LINE_BYTES} bytes`)
}

function tooLarge(message: string): QuittanceError {
  return new QuittanceError('RECEIPT_TOO_LARGE', message)
}

/**
 * Gives a frame its place in a chain.
 *
 * @param framed - from `frame`
 * @param place - where it goes
 * @returns the hash and the message to be signed
 */
export function link(framed: Frame, place: ChainPlace): Linked {
  const [a, b, c, d, e, f, g, h] = framed.parts
  const receiptHash = receiptHashOf(
    `{${a}${b}"keyId":"${place.keyId}",${c}"prevReceiptHash":"${place.prevReceiptHash}",${d}${e}"seq":${place.seq},${f}${g}"timestamp":"${place.timestamp}",${h}}`,
  )
  return { frame: framed, place, receiptHash, message: signedMessage(receiptHash) }
}

/** Where a sealed receipt carries its own line: not enumerable, so that no copy, JSON or clone of it does. */
const lineKey: unique symbol = Symbol('quittance.line')

interface WithLine {
  [lineKey]?: string
}

/**
 * @param linked - from `link`
 * @param signature - 64 bytes over `linked.message` by the key that the place names
 * @returns the receipt, frozen
 */
export function seal(linked: Linked, signature: Uint8Array): DecisionReceipt {
  const { frame: framed, place, receiptHash } = linked
  const [a, b, c, d, e, f, g, h] = framed.parts
  const signatureText = `ed25519:${toHex(signature)}` as const
  // one assignment after another: a spread of so many members is four times slower
  const receipt: Record<string | symbol, unknown> = {}
  const { body, names } = framed
  for (const name of names) receipt[name] = (body as Record<string, unknown>)[name]
  receipt.keyId = place.keyId
  receipt.prevReceiptHash = place.prevReceiptHash
  receipt.receiptHash = receiptHash
  receipt.seq = place.seq
  receipt.signature = signatureText
  receipt.timestamp = place.timestamp
  Object.defineProperty(receipt, lineKey, {
    value: `{${a}${framed.details}${b}"keyId":"${place.keyId}",${c}"prevReceiptHash":"${place.prevReceiptHash}",${d}"receiptHash":"${receiptHash}",${e}"seq":${place.seq},${f}"signature":"${signatureText}",${g}"timestamp":"${place.timestamp}",${h}}`,
  })
  return Object.freeze(receipt) as unknown as DecisionReceipt
}

/** The two texts of a receipt. */
export interface ReceiptTexts {
  /** What the hash covers. */
  readonly preimage: string
  /** What is stored. */
  readonly line: string
}

/**
 * Writes a whole receipt, whoever sealed it.
 *
 * @param receipt - a receipt, its known members in any order
 * @returns preimage and line
 * @throws QuittanceError `RECEIPT_NOT_JSON`
 */
export function textsOf(receipt: object): ReceiptTexts {
  let preimage = ''
  let line = ''
  for (const name of canonicalNames(receipt)) {
    const text = canonicalMember(name, (receipt as Record<string, unknown>)[name])
    line += line === '' ? text : `,${text}`
    if (name !== 'receiptHash' && name !== 'signature' && name !== 'details')
      preimage += preimage === '' ? text : `,${text}`
  }
  return { preimage: `{${preimage}}`, line: `{${line}}` }
}

/**
 * The line that a store keeps for a receipt, without the newline: the JCS of the whole.
 *
 * @param receipt - a sealed receipt
 * @returns the line
 * @throws QuittanceError `RECEIPT_NOT_JSON` when it is not one that `seal` made and has no canonical form
 */
export function lineOf(receipt: DecisionReceipt): string {
  // its own only: what inherits from a sealed receipt is another object
  const own = Object.hasOwn(receipt, lineKey) ? (receipt as WithLine)[lineKey] : undefined
  return own ?? textsOf(receipt).line
}
