/** What is hashed and what is signed. Each domain has its own first line, so that no signature fits two meanings. */
import { ascii } from '../primitives/bytes.js'
import { sha256Hex } from '../primitives/sha256.js'
import { canonicalize } from './canonical.js'

/** `sha256:` and 64 hex digits. */
export type Sha256 = `sha256:${string}`

/**
 * @param data - bytes, or a text taken as UTF-8
 * @returns `sha256:` and its SHA-256 in hex
 */
export function digestOf(data: Uint8Array | string): Sha256 {
  return `sha256:${sha256Hex(data)}`
}

/**
 * The hash of a receipt.
 *
 * @param preimage - the JCS of the receipt without `receiptHash`, `signature`, `details`
 * @returns its digest
 */
export function receiptHashOf(preimage: string): Sha256 {
  return digestOf(preimage)
}

/**
 * What seq 0 links to: bound to the chain's name.
 *
 * @param chainId - the chain
 * @returns the digest that stands as `prevReceiptHash` of seq 0
 */
export function genesisHash(chainId: string): Sha256 {
  return digestOf(`quittance/1 genesis\n${chainId}\n`)
}

/**
 * The commitment to a receipt's free text.
 *
 * @param details - the details, their salt included
 * @returns the digest that stands as `detailsHash`
 * @throws QuittanceError `RECEIPT_NOT_JSON`
 */
export function detailsHashOf(details: unknown): Sha256 {
  return detailsDigest(canonicalize(details))
}

/**
 * The same of details that are written already.
 *
 * @param text - their canonical text
 * @returns the digest that stands as `detailsHash`
 */
export function detailsDigest(text: string): Sha256 {
  return digestOf(`quittance/1 details\n${text}`)
}

/**
 * The bytes that a receipt's signature covers: short enough for every key service.
 *
 * @param receiptHash - as it stands in the receipt
 * @returns 92 bytes
 */
export function signedMessage(receiptHash: string): Uint8Array {
  return ascii(`quittance/1 receipt\n${receiptHash}\n`)
}

const encoder = new TextEncoder()
const shared = signedMessage(`sha256:${'0'.repeat(64)}`)
const room = shared.subarray(shared.length - 72, shared.length - 1)

/**
 * As `signedMessage`, for who is done with it before anybody calls this again: then it is written over.
 *
 * @param receiptHash - 71 characters, as they stand in a receipt
 * @returns 92 bytes
 */
export function passingMessage(receiptHash: string): Uint8Array {
  encoder.encodeInto(receiptHash, room)
  return shared
}
