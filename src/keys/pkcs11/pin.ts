import { createHmac, randomBytes } from 'node:crypto'
import { QuittanceError } from '../../errors.js'
import { tokenFault } from './faults.js'

/** Asks for the PIN, and never shows the token a PIN again that it has refused: a few wrong ones lock it. */
export interface PinPad {
  ask(): Promise<string>
  /** The PIN that was asked for last was refused. */
  refused(): void
}

/**
 * @param pin - who gives it
 * @returns the pad
 */
export function pinPad(pin: () => string | Promise<string>): PinPad {
  let secret: Buffer | undefined
  let last: string | undefined
  let wrong: string | undefined
  const mark = (text: string): string => {
    secret ??= randomBytes(32)
    return createHmac('sha256', secret).update(text).digest('hex')
  }
  return {
    async ask() {
      let given: unknown
      try {
        given = await pin()
      } catch (error) {
        if (QuittanceError.is(error)) throw error
        // what a secret manager's client throws may hold what it was asked with
        const name = error instanceof Error && /^[A-Za-z]{1,64}$/.test(error.name) ? error.name : 'error'
        throw new QuittanceError('KEY_UNAVAILABLE', 'the PIN could not be had', {
          details: { outcome: 'absent', reason: name, retryable: true },
        })
      }
      if (typeof given !== 'string' || given === '')
        throw new TypeError('options.pin must give a string that is not empty')
      last = mark(given)
      if (last === wrong)
        throw tokenFault(
          'KEY_PASSPHRASE',
          'the token has refused this PIN before, and is not asked again lest it lock',
          'CKR_PIN_INCORRECT',
        )
      return given
    },
    refused() {
      wrong = last
    },
  }
}
