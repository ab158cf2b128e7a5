/** What a log of checkpoints was told, checked at the call. */
import { parseDidKey } from '../../keys/did-key.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { id as idShape } from '../../receipt/schema/words.js'
import { checkChainId } from '../../store/checks.js'
import type { CheckpointLogOptions } from './types.js'

const DEFAULT_CHAIN = 'transparency-log'

const names = {
  origin: true,
  keys: true,
  formerKeys: true,
  formerOrigins: true,
  chainId: true,
  tenantId: true,
  everyReceipts: true,
  everyMs: true,
  sinks: true,
  publishChains: true,
  witnesses: true,
  timestamps: true,
  timeoutMs: true,
} satisfies Record<keyof CheckpointLogOptions, true>

/** A timer can't wait longer. */
const LONGEST_MS = 2_147_483_647
/** Room for a slash and the digits of a chain's root. */
const MAX_ORIGIN = 256 - 17

type Given = { readonly [Name in keyof CheckpointLogOptions]-?: NonNullable<CheckpointLogOptions[Name]> }

/** The options with their defaults. */
export interface Checked extends Omit<Given, 'witnesses'> {
  readonly clients: Given['witnesses']['clients']
  readonly policy: Given['witnesses']['policy']
}

function count(name: string, value: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < 1 || value > most)
    throw new RangeError(`${name} must be a whole number from 1 to ${most}`)
  return value
}

function listOf<T>(name: string, list: readonly T[], member: keyof T): readonly T[] {
  const fits = Array.isArray(list) && list.every((one) => typeof one?.[member] === 'function')
  if (!fits) throw new TypeError(`${name} must be a list of what has ${String(member)}()`)
  return [...list]
}

/**
 * @param origin - perhaps the name of a log
 * @returns it
 * @throws RangeError when it can't be one
 */
export function checkedOrigin(origin: string): string {
  // a plus ends the name of a key
  if (
    idShape.check(origin) !== undefined ||
    origin.includes('+') ||
    !origin.includes('/') ||
    origin.length > MAX_ORIGIN
  )
    throw new RangeError(
      `origin must be <operator-domain>/<label>: at most ${MAX_ORIGIN} of A-Z a-z 0-9 . _ : @ / -, with a slash`,
    )
  return origin
}

/**
 * @param options - as they were given
 * @returns them with their defaults
 * @throws TypeError, RangeError naming the option that is wrong
 */
export function checkedOptions(options: CheckpointLogOptions): Checked {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, names, 'options')
  const {
    origin,
    keys,
    formerKeys = [],
    formerOrigins = [],
    chainId = DEFAULT_CHAIN,
    tenantId = DEFAULT_CHAIN,
  } = options
  const { everyReceipts = 1_000, everyMs = 60_000, timeoutMs = 30_000, publishChains = true } = options
  checkedOrigin(origin)
  if (typeof keys?.signer !== 'function') throw new TypeError('keys must be a key provider')
  checkChainId(chainId)
  if (idShape.check(tenantId) !== undefined) throw new RangeError('tenantId must be an id')
  if (typeof publishChains !== 'boolean') throw new TypeError('publishChains must be true or false')
  for (const key of formerKeys) parseDidKey(key)
  if (!Array.isArray(formerOrigins)) throw new TypeError('formerOrigins must be a list of origins')
  for (const one of formerOrigins) checkedOrigin(one)
  if (formerOrigins.includes(origin)) throw new RangeError('formerOrigins must not have the origin itself')
  const { witnesses } = options
  if (witnesses !== undefined) refuseUnknownMembers(witnesses, { clients: true, policy: true }, 'witnesses')
  return {
    origin,
    keys,
    formerKeys: [...formerKeys],
    formerOrigins: [...formerOrigins],
    chainId,
    tenantId,
    everyReceipts: count('everyReceipts', everyReceipts, 1_000_000),
    everyMs: count('everyMs', everyMs, LONGEST_MS),
    timeoutMs: count('timeoutMs', timeoutMs, LONGEST_MS),
    publishChains,
    sinks: listOf('sinks', options.sinks ?? [], 'publish'),
    clients: listOf('witnesses.clients', witnesses?.clients ?? [], 'cosign'),
    policy: witnesses?.policy,
    timestamps: listOf('timestamps', options.timestamps ?? [], 'stamp'),
  }
}
