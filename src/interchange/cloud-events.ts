/** CloudEvents 1.0: receipts as a stream for other systems. */

import { lineOf } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { lineOfData, receiptIn } from './carried.js'
import { malformed } from './malformed.js'

const TYPE = 'quittance.receipt.v1'

/** A receipt as an event, in the JSON format of CloudEvents. */
export interface ReceiptEvent {
  readonly specversion: '1.0'
  /** The `receiptId`: with `source` it names the event, so that a repeated one is known for what it is. */
  readonly id: string
  /** Who sends it, and `/chains/<chainId>`. */
  readonly source: string
  /** `quittance.receipt.v1.<eventType>` */
  readonly type: string
  /** The seq. */
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: DecisionReceipt
}

/**
 * Makes an event of a receipt.
 *
 * @param receipt - sealed
 * @param terms - `source` is who sends it: a URI reference, without a slash at its end
 * @returns the event
 * @throws RangeError when the source is none
 * @example
 * ```ts
 * import { cloudEvent } from 'quittance/interchange'
 * import type { DecisionReceipt } from 'quittance'
 * const publish = (receipt: DecisionReceipt) =>
 *   fetch('https://events.example/', {
 *     method: 'POST',
 *     headers: { 'content-type': 'application/cloudevents+json' },
 *     body: JSON.stringify(cloudEvent(receipt, { source: 'https://acme.example/credit' })),
 *   })
 * ```
 */
export function cloudEvent(receipt: DecisionReceipt, { source }: { readonly source: string }): ReceiptEvent {
  if (!isSource(source)) throw new RangeError('source must be a URI reference without a slash at its end')
  return {
    specversion: '1.0',
    id: receipt.receiptId,
    source: `${source}/chains/${encodeURIComponent(receipt.chainId)}`,
    type: `${TYPE}.${receipt.eventType}`,
    subject: String(receipt.seq),
    time: receipt.timestamp,
    datacontenttype: 'application/json',
    data: JSON.parse(lineOf(receipt)) as DecisionReceipt,
  }
}

const isSource = (source: unknown): source is string =>
  typeof source === 'string' && /^[^\s<>"{}|\\^`]+$/.test(source) && !source.endsWith('/')

/**
 * Takes the receipt out of an event.
 *
 * @param event - as parsed from JSON
 * @returns the receipt's line, to be verified with `verifyReceipt`; an event itself is signed by nobody
 * @throws QuittanceError `ENVELOPE_MALFORMED` when it is no such event, or its attributes are not those of its receipt
 */
export function receiptOfEvent(event: unknown): string {
  const { specversion, id, source, type, subject, time, datacontenttype, data } = (event ?? {}) as Partial<
    Record<keyof ReceiptEvent, unknown>
  >
  if (specversion !== '1.0' || datacontenttype !== 'application/json' || typeof source !== 'string')
    throw malformed('cloudevent', 'it is not a CloudEvent 1.0 with JSON')
  const line = lineOfData('cloudevent', data)
  const receipt = receiptIn('cloudevent', line)
  const fits =
    id === receipt.receiptId &&
    type === `${TYPE}.${receipt.eventType}` &&
    subject === String(receipt.seq) &&
    time === receipt.timestamp &&
    source.endsWith(`/chains/${encodeURIComponent(receipt.chainId)}`)
  if (!fits) throw malformed('cloudevent', 'its attributes are not those of its receipt')
  return line
}
