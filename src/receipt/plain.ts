/**
 * Reads a receipt back through the writers that seal one: a single pass over its members says that nothing is wrong with
 * them, and gives the texts that its hashes cover. It never says what is wrong; that is left to the general check and the
 * general writer, which decide whatever this can't.
 */
import { hexBytes } from '../primitives/bytes.js'
import { isPlain } from './canonical.js'
import { detailsDigest, receiptHashOf } from './digest.js'
import { perNameOrder } from './name-orders.js'
import { ruleFaults } from './rules.js'
import { type Member, type MemberPlan, writeMember } from './schema/members.js'
import type { DecisionReceipt } from './types.js'
import { receiptPlan } from './validate.js'

/** A receipt against which nothing can be said but, perhaps, that its key did not sign it. */
export interface PlainReceipt {
  readonly receipt: DecisionReceipt
  /** The 64 bytes of its signature. */
  readonly signature: Uint8Array
  /** What its hash covers. */
  readonly preimage: string
  /** What a store keeps. */
  readonly line: string
}

interface Layout {
  readonly plan: MemberPlan
  readonly link: Member
}

/** Two members are looked at later, and more closely: the hash is compared with what it should be, the signature read. */
const looksLike: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['receiptHash', (value: string) => value.length === 71],
  ['signature', (value: string) => value.length === 136 && value.startsWith('ed25519:')],
])

const layoutOf = perNameOrder((sorted): Layout | undefined => {
  const plan = receiptPlan(sorted)?.map((member) => ({
    ...member,
    quotes: looksLike.get(member.name) ?? member.quotes,
  }))
  const link = plan?.find(({ name }) => name === 'prevReceiptHash')
  return plan && link && { plan, link }
})

const DETAILS = ',"details":'

/**
 * @param receipt - what claims to be a receipt; of plain data, as `JSON.parse` makes it
 * @param text - the line that it was read from, where there is one
 * @returns the receipt where every member has its shape, no rule between them is broken, `receiptHash` and `detailsHash` are
 *   the hashes of what they cover, and the line, where there is one, is the canonical one; otherwise `undefined`, which says
 *   nothing but that the general way has to be gone
 */
export function plainReceipt(receipt: object, text?: string): PlainReceipt | undefined {
  const layout = isPlain(receipt) ? layoutOf(receipt) : undefined
  if (layout === undefined) return undefined
  const { plan, link } = layout
  const { receiptHash, signature, detailsHash } = receipt as DecisionReceipt
  let written = ''
  let details: string | undefined
  /** Where `details`, `receiptHash` and `signature` begin and end: they come in this order, and are not covered. */
  let detailsAt = 0
  let detailsEnd = 0
  let hashAt = 0
  let hashEnd = 0
  let signatureAt = 0
  let signatureEnd = 0
  for (const member of plan) {
    const piece = writeMember(member, (receipt as Record<string, unknown>)[member.name], 2)
    if (piece === undefined) return undefined
    const at = written.length
    written += piece
    if (member.name === 'details') {
      detailsAt = at
      detailsEnd = written.length
      details = piece.slice(DETAILS.length)
    } else if (member.name === 'receiptHash') {
      hashAt = at
      hashEnd = written.length
    } else if (member.name === 'signature') {
      signatureAt = at
      signatureEnd = written.length
    }
  }
  written += '}'
  if (text !== undefined && written !== text) return undefined
  // cut from the line as it came, which is one piece
  const line = text ?? written
  const preimage = `${line.slice(0, detailsAt)}${line.slice(detailsEnd, hashAt)}${line.slice(hashEnd, signatureAt)}${line.slice(signatureEnd)}`
  if (receiptHashOf(preimage) !== receiptHash) return undefined
  if (details !== undefined && detailsDigest(details) !== detailsHash) return undefined
  if (ruleFaults(receipt as DecisionReceipt).length > 0) return undefined
  const bytes = hexBytes(signature.slice('ed25519:'.length))
  if (bytes === undefined) return undefined
  // the next receipt most often links to this one: then its link has the form that this hash was found to have
  link.last = receiptHash
  link.piece = `${link.prefix}${receiptHash}"`
  return { receipt: receipt as DecisionReceipt, signature: bytes, preimage, line }
}
