import { createHash } from 'node:crypto'
import { stringify } from 'uuid'

/** The last instant that a UUID of version 7 can hold: 48 bits of milliseconds. */
const MAX_MS = 2 ** 48 - 1

/**
 * Makes a receipt's id from a message's own, so that the same message delivered again names the same receipt: a UUID
 * of version 7 (RFC 9562) whose time is the message's and whose other bits are those of
 * SHA-256(`quittance/1 receipt id\n` + messageId) in the same places.
 *
 * Who knows a message id can test whether a receipt has it: ids must not be made of personal data.
 *
 * @param messageId - what the queue calls the message; stays the same at every delivery
 * @param sentAt - when the message was sent, by the queue's own record; stays the same at every delivery. A `Date`, or milliseconds since 1970
 * @returns a lower-case UUID of version 7, for the option `receiptId`
 * @throws TypeError when `messageId` is empty
 * @throws RangeError when `sentAt` is no time since 1970
 * @example
 * ```ts
 * import { receiptIdFrom } from 'quittance'
 * const id = receiptIdFrom('2f9a8c1e-queue-message', new Date('2026-03-01T09:30:00.000Z'))
 * ```
 */
export function receiptIdFrom(messageId: string, sentAt: Date | number): string {
  if (typeof messageId !== 'string' || messageId === '')
    throw new TypeError('messageId must be a string that is not empty')
  const msecs = typeof sentAt === 'number' ? Math.trunc(sentAt) : sentAt instanceof Date ? sentAt.getTime() : Number.NaN
  if (!(msecs >= 0 && msecs <= MAX_MS)) throw new RangeError('sentAt must be a time since 1970')
  const bytes = createHash('sha256').update(`quittance/1 receipt id\n${messageId}`).digest().subarray(0, 16)
  bytes.writeUIntBE(msecs, 0, 6)
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  return stringify(bytes)
}
