/** Lists what a chain says of itself: the receipts of one system, retention or key event. */
import { InvalidArgumentError } from 'commander'
import type { RawLine } from '../../verify/line.js'
import { printable } from '../printable.js'
import { claimOf } from './find.js'

/** One receipt of an event, as it claims to be. */
export interface EventReceipt {
  /** From 1. */
  readonly line: number
  readonly receipt: Readonly<Record<string, unknown>>
}

const members = ['system', 'retention', 'key'] as const

/** What a receipt says of its event; `undefined` for a receipt of a decision. */
function saidBy(receipt: EventReceipt['receipt']): Readonly<Record<string, unknown>> | undefined {
  for (const name of members) {
    const said = receipt[name]
    if (typeof said === 'object' && said !== null) return said as Readonly<Record<string, unknown>>
  }
  return undefined
}

/** Reads `--event`. */
export function eventName(text: string): string {
  if (!/^[a-z][a-z_]{0,39}$/.test(text)) throw new InvalidArgumentError('It must be an event, such as gap.')
  return text
}

/**
 * @param lines - a chain
 * @param event - such as `gap`
 * @returns its receipts, in order
 */
export async function receiptsOfEvent(lines: AsyncIterable<RawLine>, event: string): Promise<readonly EventReceipt[]> {
  const found: EventReceipt[] = []
  let line = 0
  for await (const raw of lines) {
    line += 1
    // cheap, and never wrong: an event is a plain word, which has one spelling in a canonical line
    if (!('text' in raw) || !raw.text.includes(event)) continue
    const receipt = claimOf(raw)
    if (receipt !== undefined && saidBy(receipt)?.event === event) found.push({ line, receipt })
  }
  return found
}

/**
 * @param found - one receipt
 * @returns it on one line: where, when, and what it says
 */
export function eventLine({ receipt }: EventReceipt): string {
  const { seq, timestamp, receiptId } = receipt
  const said = Object.entries(saidBy(receipt) ?? {}).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${[`seq ${seq}`, timestamp, receiptId, said.join(' ')].map((one) => printable(String(one), 400)).join('  ')}\n`
}
