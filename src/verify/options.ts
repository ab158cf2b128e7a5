import { Keyring } from '../keys/keyring.js'
import { decodeFrontier, encodeFrontier } from '../merkle/frontier-bytes.js'
import { HASH_BYTES } from '../merkle/hash.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isTime } from '../primitives/time.js'
import { isCheckpointSet, logsIn } from './checkpoints.js'
import type { VerifyOptions } from './types.js'

const hashText = /^sha256:[0-9a-f]{64}$/

const isText = (value: unknown, form: RegExp): boolean => typeof value === 'string' && form.test(value)
const isSeq = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isInstant = (value: unknown): boolean => typeof value === 'string' && isTime(value)

/** `workers` and `onProgress` are those of `quittance/verify/node`, which come this way too. */
const optionNames = {
  keyring: true,
  chainId: true,
  expect: true,
  requireTail: true,
  acceptPruned: true,
  anchors: true,
  checkpoints: true,
  logChain: true,
  beginning: true,
  now: true,
  signal: true,
  workers: true,
  onProgress: true,
} satisfies Record<keyof VerifyOptions | 'workers' | 'onProgress', true>

const expectNames = { root: true, head: true, fromSeq: true, toSeq: true, minReceipts: true } satisfies Record<
  keyof NonNullable<VerifyOptions['expect']>,
  true
>

/**
 * @param keyring - what was given as `options.keyring`
 * @throws TypeError when it is not a `Keyring`
 */
export function checkKeyring(keyring: unknown): asserts keyring is Keyring {
  if (!(keyring instanceof Keyring)) {
    throw new TypeError('options.keyring must be a Keyring: a verifier trusts no key that came with the data')
  }
}

/**
 * Refuses options that would silently weaken a verdict.
 *
 * @param options - what the caller gave
 * @throws TypeError or RangeError that names the option
 */
export function checkOptions(options: VerifyOptions): void {
  const { keyring, chainId, expect, acceptPruned, now, anchors } = options
  checkKeyring(keyring)
  refuseUnknownMembers(options, optionNames, 'options')
  if (chainId !== undefined && !isText(chainId, chainIdPattern))
    throw new TypeError('options.chainId must be a chain id')
  checkExpected(expect)
  if (acceptPruned !== undefined && !(Number.isFinite(acceptPruned?.minDays) && acceptPruned.minDays >= 0)) {
    throw new RangeError('options.acceptPruned.minDays must be a number of 0 or more')
  }
  if (now !== undefined && !(now instanceof Date ? !Number.isNaN(now.getTime()) : isInstant(now))) {
    throw new RangeError('options.now must be a valid Date or YYYY-MM-DDTHH:MM:SS.sssZ')
  }
  checkCheckpoints(options)
  for (const [index, anchor] of (anchors ?? []).entries()) {
    const name = `options.anchors[${index}]`
    if (!isText(anchor.chainId, chainIdPattern)) throw new TypeError(`${name}.chainId must be a chain id`)
    if (!isSeq(anchor.size) || !isText(anchor.rootHash, hashText)) {
      throw new TypeError(`${name} must have a size and a rootHash "sha256:…"`)
    }
    if (anchor.witnessedAt !== undefined && !isInstant(anchor.witnessedAt)) {
      throw new TypeError(`${name}.witnessedAt must be YYYY-MM-DDTHH:MM:SS.sssZ`)
    }
  }
}

function checkCheckpoints({ checkpoints, logChain, beginning }: VerifyOptions): void {
  if (checkpoints !== undefined && !isCheckpointSet(checkpoints))
    throw new TypeError('options.checkpoints must be from openCheckpoints, which checks their signatures')
  if (logChain !== undefined && !isText(logChain, chainIdPattern))
    throw new TypeError('options.logChain must be a chain id')
  if (logChain !== undefined && checkpoints !== undefined && logsIn(checkpoints) > 1)
    throw new RangeError('options.checkpoints must have those of one log where options.logChain is given')
  if (beginning === undefined) return
  const { root, frontier } = beginning
  const whole =
    isSeq(frontier?.size) &&
    Array.isArray(frontier.peaks) &&
    frontier.peaks.every((peak) => peak?.length === HASH_BYTES)
  if (!isText(root, hashText) || !whole || decodeFrontier(encodeFrontier(frontier)) === undefined)
    throw new TypeError('options.beginning must be {root: "sha256:…", frontier}')
}

function checkExpected(expect: VerifyOptions['expect']): void {
  if (expect === undefined) return
  if (typeof expect !== 'object' || expect === null) throw new TypeError('options.expect must be an object')
  refuseUnknownMembers(expect, expectNames, 'options.expect')
  const { root, head, fromSeq, toSeq } = expect
  for (const name of ['fromSeq', 'toSeq', 'minReceipts'] as const) {
    const value = expect[name]
    if (value !== undefined && !isSeq(value)) {
      throw new RangeError(`options.expect.${name} must be an integer of 0 or more`)
    }
  }
  if (fromSeq !== undefined && toSeq !== undefined && fromSeq > toSeq) {
    throw new RangeError('options.expect.fromSeq must not be after options.expect.toSeq')
  }
  if (head !== undefined && !(isSeq(head?.seq) && isText(head.receiptHash, hashText))) {
    throw new TypeError('options.expect.head must be {seq, receiptHash: "sha256:…"}')
  }
  if (root !== undefined && !isText(root, hashText)) throw new TypeError('options.expect.root must be "sha256:…"')
}
