import { QuittanceError } from '../../errors.js'
import { missing } from './client.js'

/** CRC32C of bytes or of a text's UTF-8. */
export type Crc32c = (data: Uint8Array | string) => number

/** How often something is asked in all when it arrives damaged, as the service's guide has it. */
const TRIES = 3

/**
 * @returns the checksum that Cloud KMS uses
 * @throws QuittanceError `KEY_UNAVAILABLE` where the package is not installed: nothing is accepted unchecked
 */
export async function loadCrc32c(): Promise<Crc32c> {
  try {
    const { crc32c } = await import('@node-rs/crc32')
    return (data) => crc32c(data)
  } catch (error) {
    throw missing('@node-rs/crc32', error)
  }
}

/** @returns the error for something that did not arrive as it was sent */
export function damaged(what: string, reason: string): QuittanceError {
  return new QuittanceError('KEY_BAD_SIGNATURE', `${what}, ${TRIES} times in a row`, {
    details: { outcome: 'absent', reason, retryable: true },
  })
}

/**
 * @param given - an `Int64Value` of an answer: its value is a number, a text or a Long
 * @param sum - the checksum of what came with it
 * @returns whether they are the same; false where there is none
 */
export function agrees(given: unknown, sum: number): boolean {
  const value = (given as { value?: unknown } | null | undefined)?.value
  return value !== undefined && value !== null && String(value) === String(sum)
}

/**
 * Asks again while what comes is damaged.
 *
 * @param ask - rejects with `KEY_BAD_SIGNATURE` for what is damaged
 * @returns what came whole
 * @throws what `ask` throws
 */
export async function whole<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries === TRIES || !QuittanceError.is(error, 'KEY_BAD_SIGNATURE')) throw error
    }
  }
}
