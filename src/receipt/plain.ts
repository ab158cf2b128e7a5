/**
 * Reads a line as receipts are written, in one pass that says that nothing is wrong with its receipt and gives what its
 * hashes cover. It never says what is wrong; that is left to the general parser, check and writer, which decide whatever
 * this can't.
 */
import { hexBytes } from '../primitives/bytes.js'
import { detailsDigest, receiptHashOf } from './digest.js'
import { ruleFaults } from './rules.js'
import { found } from './schema/reading.js'
import type { DecisionReceipt } from './types.js'
import { receiptReader } from './validate.js'

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

/** Where `details`, `receiptHash` and `signature` begin and end in the line read last: they come in this order, and are not covered. */
const cuts = { details: 0, detailsEnd: 0, hash: 0, hashEnd: 0, signature: 0, signatureEnd: 0 }

const read = receiptReader({
  details(from, end) {
    cuts.details = from
    cuts.detailsEnd = end
  },
  receiptHash(from, end) {
    cuts.hash = from
    cuts.hashEnd = end
  },
  signature(from, end) {
    cuts.signature = from
    cuts.signatureEnd = end
  },
})

const DETAILS = ',"details":'

/**
 * @param text - a line
 * @returns the receipt where the line is the canonical one of a receipt whose every member has its shape, no rule between
 *   them is broken, and `receiptHash` and `detailsHash` are the hashes of what they cover; otherwise `undefined`, which says
 *   nothing but that the general way has to be gone
 */
export function plainReceipt(text: string): PlainReceipt | undefined {
  cuts.details = 0
  cuts.detailsEnd = 0
  if (read(text, 0, 1) !== text.length) return undefined
  const receipt = found.value as DecisionReceipt
  const preimage = `${text.slice(0, cuts.details)}${text.slice(cuts.detailsEnd, cuts.hash)}${text.slice(cuts.hashEnd, cuts.signature)}${text.slice(cuts.signatureEnd)}`
  if (receiptHashOf(preimage) !== receipt.receiptHash) return undefined
  if (cuts.detailsEnd > 0) {
    const details = text.slice(cuts.details + DETAILS.length, cuts.detailsEnd)
    if (detailsDigest(details) !== receipt.detailsHash) return undefined
  }
  if (ruleFaults(receipt).length > 0) return undefined
  const signature = hexBytes(receipt.signature.slice('ed25519:'.length))
  return signature && { receipt, signature, preimage, line: text }
}
