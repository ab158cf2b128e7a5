import { Keyring } from '../keys/keyring.js'
import type { VerifyOptions } from './types.js'

const hashText = /^sha256:[0-9a-f]{64}$/

const isSeq = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/**
 * Refuses options that would silently weaken a verdict.
 *
 * @param options - what the caller gave
 * @param isTime - tells a time in the format's form
 * @throws TypeError or RangeError that names the option
 */
export function checkOptions(options: VerifyOptions, isTime: (text: string) => boolean): void {
  const { keyring, expect, acceptPruned, now } = options
  if (!(keyring instanceof Keyring))
    throw new TypeError('options.keyring must be a Keyring: a verifier trusts no key that came with the data')
  for (const name of ['fromSeq', 'toSeq', 'minReceipts'] as const) {
    const value = expect?.[name]
    if (value !== undefined && !isSeq(value))
      throw new RangeError(`options.expect.${name} must be an integer of 0 or more`)
  }
  if (expect?.head !== undefined && !(isSeq(expect.head.seq) && hashText.test(expect.head.receiptHash))) {
    throw new TypeError('options.expect.head must be {seq, receiptHash: "sha256:…"}')
  }
  if (expect?.root !== undefined && !hashText.test(expect.root))
    throw new TypeError('options.expect.root must be "sha256:…"')
  if (acceptPruned !== undefined && !(Number.isFinite(acceptPruned.minDays) && acceptPruned.minDays >= 0)) {
    throw new RangeError('options.acceptPruned.minDays must be a number of 0 or more')
  }
  if (typeof now === 'string' ? !isTime(now) : now !== undefined && Number.isNaN(now.getTime())) {
    throw new RangeError('options.now must be a valid Date or YYYY-MM-DDTHH:MM:SS.sssZ')
  }
  for (const [index, anchor] of (options.anchors ?? []).entries()) {
    if (!isSeq(anchor.size) || !hashText.test(anchor.rootHash))
      throw new TypeError(`options.anchors[${index}] must have a size and a rootHash "sha256:…"`)
  }
}
