/** How large a package may be; what is beyond is not read. */
export interface EvidenceLimits {
  /** Members; default 100,000. */
  readonly members?: number | undefined
  /** Bytes of all members together, not compressed; default 1 TiB. */
  readonly totalBytes?: number | undefined
  /** Bytes of a member that is read as a whole: manifest, keyring, notes, report; default 64 MiB. */
  readonly wholeBytes?: number | undefined
  /** How many times larger a compressed member may be than what it was compressed to; default 200. */
  readonly ratio?: number | undefined
}

/** All of them. */
export type Limits = { readonly [Name in keyof EvidenceLimits]-?: number }

const defaults: Limits = { members: 100_000, totalBytes: 2 ** 40, wholeBytes: 64 * 2 ** 20, ratio: 200 }

/**
 * @param given - what the caller set
 * @returns each limit
 * @throws RangeError, TypeError naming the option
 */
export function limitsOf(given: EvidenceLimits | undefined): Limits {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`options.limits has no member ${JSON.stringify(name)}`)
    if (value !== undefined && !(typeof value === 'number' && value >= 1))
      throw new RangeError(`options.limits.${name} must be a number of 1 or more`)
  }
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined)
  return { ...defaults, ...(Object.fromEntries(set) as Partial<Limits>) }
}

/** Members whose bytes are held at once have limits of their own, which nobody needs to set. */
export const MANIFEST_BYTES = 16 * 2 ** 20
/** Of `manifest.sig`: as a time stamp. */
export const SIGNATURE_BYTES = 65_536
/** How many notes, and how many time stamps, a package may have. */
export const MOST_NOTES = 10_000

const NOTE_BYTES = 1_000_000
const TOKEN_BYTES = 65_536
const KEYRING_BYTES = 4 * 2 ** 20

/**
 * @param name - of a member
 * @returns how many bytes it may have by its name; no limit where it is not held at once
 */
export function mostBytesOf(name: string): number {
  if (name.startsWith('checkpoints/')) return NOTE_BYTES
  if (name.startsWith('timestamps/')) return TOKEN_BYTES
  return name === 'keyring.json' ? KEYRING_BYTES : Number.POSITIVE_INFINITY
}
