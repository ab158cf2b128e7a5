/**
 * Sealing in three steps, so that a batch chains first and signs in parallel:
 * `frame` (what a receipt says, checked and written once), `link` (its place in the chain, hashed), `seal` (signed).
 */
import { QuittanceError } from '../errors.js'
import { toHex, utf8 } from '../primitives/bytes.js'
import { canonicalMember, canonicalNames } from './canonical.js'
import { receiptHashOf, type Sha256, signedMessage } from './digest.js'
import { MAX_LINE_BYTES, MAX_PREIMAGE_BYTES } from './limits.js'
import { perNameOrder } from './name-orders.js'
import { type Member, type MemberPlan, writeMember } from './schema/members.js'
import type { DecisionReceipt, UnsealedReceipt } from './types.js'
import { bodyPlan, checkBody, checkBodyRules } from './validate.js'

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

/** The first is never empty (every receipt has a chainId), nor the last (each has a version): commas stand in front. */
type Parts = readonly [string, string, string, string, string, string, string, string]

/** A body that was checked and written once, ready to be linked any number of times. */
export interface Frame {
  readonly body: ReceiptBody
  readonly parts: Parts
  /** `,"details":{…}`, or nothing. */
  readonly details: string
  readonly names: readonly string[]
  /** Of the members, as `names` has them. */
  readonly values: readonly unknown[]
}

/** A receipt that has its place and its hash, and waits for its signature. */
export interface Linked {
  readonly frame: Frame
  readonly place: ChainPlace
  /** What the hash covers. */
  readonly preimage: string
  /** Where in it the line has `details`, `receiptHash` and `signature`. */
  readonly cuts: readonly [number, number, number]
  readonly receiptHash: Sha256
  /** What is to be signed. */
  readonly message: Uint8Array
}

/** What a place adds to a preimage at the most: the closing brace, keyId, prevReceiptHash, a 16-digit seq, timestamp. */
const PLACE_BYTES = 222
/** What a line has beside preimage and details: receiptHash and signature. */
const PROOF_BYTES = 239

/** How a body with certain names is written, and where the slots cut it. */
interface Layout {
  readonly names: readonly string[]
  readonly plan: MemberPlan
  /** Of each member, which of the body's own it is. */
  readonly from: readonly number[]
  /** Of each part, the index of the member behind its last. */
  readonly ends: readonly number[]
}

function layoutOf(names: readonly string[], given: readonly string[], plan: MemberPlan): Layout {
  const ends = slots.map((slot) => names.filter((name) => name < slot).length)
  const from = names.map((name) => given.indexOf(name))
  return { names, plan, from, ends: [...ends, names.length] }
}

const knownLayout = perNameOrder((names, given): Layout | undefined => {
  const plan = bodyPlan(names)
  return plan && layoutOf(names, given, plan)
})

/** Every member by the general writer, which has words for what is wrong. */
function generalLayout(body: ReceiptBody): Layout {
  const names = canonicalNames(body)
  const plan = names.map((name, index): Member => {
    const prefix = index === 0 ? '{' : ','
    const write = (value: unknown) => canonicalMember(name, value)
    return { name, prefix, write, quotes: undefined, repeats: false, last: undefined, piece: '' }
  })
  return layoutOf(names, Object.keys(body), plan)
}

function framed(body: ReceiptBody, { names, plan, from, ends }: Layout): Frame | undefined {
  const parts: string[] = []
  // all at once: to ask so many objects of so many forms for one member after another is slow
  const given: readonly unknown[] = Object.values(body)
  const values: unknown[] = []
  let details = ''
  let next = 0
  for (const end of ends) {
    let part = ''
    for (; next < end; next += 1) {
      const member = plan[next] as Member
      const value = given[from[next] as number]
      const piece = writeMember(member, value, 2)
      if (piece === undefined) return undefined
      values.push(value)
      if (member.name === 'details') details = piece
      else part += piece
    }
    parts.push(part)
  }
  return { body, parts: parts as unknown as Parts, details, names, values }
}

/**
 * Checks a body and writes it once.
 *
 * @param body - plain, deeply frozen JSON; its members as FORMAT has them
 * @returns the frame
 * @throws QuittanceError `RECEIPT_INVALID`, `RECEIPT_NOT_JSON`, `RECEIPT_TOO_LARGE`
 */
export function frame(body: ReceiptBody): Frame {
  const layout = knownLayout(body)
  let made = layout && framed(body, layout)
  if (made !== undefined) checkBodyRules(body as DecisionReceipt)
  else {
    checkBody(body)
    made = framed(body, generalLayout(body)) as Frame
  }
  checkSize(made.parts, made.details)
  return made
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
  const second = `${b},"keyId":"${place.keyId}"${c},"prevReceiptHash":"${place.prevReceiptHash}"${d}`
  const third = `${e},"seq":${place.seq}${f}`
  const preimage = `${a}${second}${third}${g},"timestamp":"${place.timestamp}"${h}}`
  const receiptHash = receiptHashOf(preimage)
  const cut = a.length + second.length
  const cuts = [a.length, cut, cut + third.length] as const
  return { frame: framed, place, preimage, cuts, receiptHash, message: signedMessage(receiptHash) }
}

/** As a constructor it gives back the object that it gets, so that a class behind it adds its private field to that. */
function given(receipt: object): object {
  return receipt
}

/** What a sealed receipt carries: its own line, which no copy, JSON or clone of it has, nor what inherits from it. */
class WithLine extends (given as unknown as new (receipt: object) => object) {
  readonly #line: string
  constructor(receipt: object, line: string) {
    super(receipt)
    this.#line = line
  }
  static of(receipt: object): string | undefined {
    return typeof receipt === 'object' && #line in receipt ? receipt.#line : undefined
  }
}

/** The preimage with its three missing members. It was made one piece to be hashed, so that cutting it costs nothing. */
function lineFrom({ frame: { details }, preimage, cuts, receiptHash }: Linked, signature: string): string {
  const [a, b, c] = cuts
  return `${preimage.slice(0, a)}${details}${preimage.slice(a, b)},"receiptHash":"${receiptHash}"${preimage.slice(b, c)},"signature":"${signature}"${preimage.slice(c)}`
}

/**
 * @param linked - from `link`
 * @param signature - 64 bytes over `linked.message` by the key that the place names
 * @returns the receipt, frozen
 */
export function seal(linked: Linked, signature: Uint8Array): DecisionReceipt {
  const { frame: framed, place, receiptHash } = linked
  const signatureText = `ed25519:${toHex(signature)}` as const
  // one assignment after another: a spread of so many members is four times slower
  const receipt: Record<string, unknown> = {}
  const { names, values } = framed
  for (let index = 0; index < names.length; index += 1) receipt[names[index] as string] = values[index]
  receipt.keyId = place.keyId
  receipt.prevReceiptHash = place.prevReceiptHash
  receipt.receiptHash = receiptHash
  receipt.seq = place.seq
  receipt.signature = signatureText
  receipt.timestamp = place.timestamp
  return Object.freeze(new WithLine(receipt, lineFrom(linked, signatureText))) as unknown as DecisionReceipt
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
  return WithLine.of(receipt) ?? textsOf(receipt).line
}
