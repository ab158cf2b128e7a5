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
