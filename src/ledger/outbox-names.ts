/** How an outbox chain is named, and how the receipts are named that join it to its main chain. */
import { sha256 } from '../primitives/sha256.js'
import type { DecisionReceipt } from '../receipt/types.js'

const MARK = '/outbox/'
const outboxChain = /^(.+)\/outbox\/[a-p]{16}$/

/** The longest chain id that leaves room for the name of its outbox chains. */
export const MAX_MAIN_CHAIN_ID = 256 - MARK.length - 16

/**
 * The random part is letters, because a redactor may take sixteen hex digits for the number of a card or a telephone.
 *
 * @param chainId - the main chain
 * @param random - 8 random bytes
 * @returns the name of an outbox chain of it
 */
export function outboxChainId(chainId: string, random: Uint8Array): string {
  let letters = ''
  for (const byte of random) letters += String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))
  return `${chainId}${MARK}${letters}`
}

/**
 * @param chainId - any chain
 * @returns the main chain, where the name is that of an outbox chain
 */
export function mainChainOf(chainId: string): string | undefined {
  return outboxChain.exec(chainId)?.[1]
}

/**
 * @param chainId - a chain
 * @returns whether its receipts may go to an outbox: there is room for the name, and it is no outbox chain itself
 */
export function mayBeOutboxed(chainId: string): boolean {
  return chainId.length <= MAX_MAIN_CHAIN_ID && mainChainOf(chainId) === undefined
}

/**
 * Makes the id of a receipt that says in the main chain what became of an outbox chain. It follows from the outbox chain's
 * end, so that whoever drains it again after a crash, or at the same time, writes the same receipt and not a second one.
 *
 * @param end - the outbox chain's `chain_end`
 * @param what - `gap` or `notice`
 * @returns a UUID of version 7 whose time is that of the end
 */
export function joinId(end: DecisionReceipt, what: 'gap' | 'notice'): string {
  const bytes = sha256(`quittance/1 outbox ${what}\n${end.receiptHash}`).slice(0, 16)
  let time = Date.parse(end.timestamp)
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256
    time = Math.floor(time / 256)
  }
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
