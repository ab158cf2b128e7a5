/** Where the parts of one chain lie: in one slot, because the braces hold the chain's name and no name has a brace. */
export interface ChainKeys {
  /** Hash: `seq` and `hash` of the head, `first` seq held. Exists while the chain has a receipt. */
  readonly head: string
  /** Stream: the receipt of seq n is entry `n-1`; field `l` is its line without `details`. */
  readonly receipts: string
  /** Hash by seq: the text of `details`, erasable by itself. */
  readonly details: string
  /** The first part of the id buckets. */
  readonly ids: string
  /** The first part of the indexes. */
  readonly index: string
  /** Hash by name: version and bytes of small values. */
  readonly state: string
  readonly leaseHolder: string
  readonly leaseToken: string
}

/**
 * @param prefix - of the store
 * @param chainId - the chain, already checked
 * @returns its keys
 */
export function chainKeys(prefix: string, chainId: string): ChainKeys {
  const base = `${prefix}:{${chainId}}:`
  return {
    head: `${base}h`,
    receipts: `${base}r`,
    details: `${base}d`,
    ids: `${base}i:`,
    index: `${base}x:`,
    state: `${base}s`,
    leaseHolder: `${base}l`,
    leaseToken: `${base}t`,
  }
}

/**
 * @param prefix - of the store
 * @param tag - decides about the slot
 * @returns a key that nothing is ever at, which whoever may write the keys of chains may write
 */
export const probeKey = (prefix: string, tag: string): string => `${prefix}:{${tag}}:w`

/** @returns the glob of every chain's head key */
export const headPattern = (prefix: string): string => `${prefix}:{*}:h`

/** @returns the chain of a key that matches `headPattern`; `undefined` where it is no key of ours */
export function chainOfHeadKey(prefix: string, key: string): string | undefined {
  const start = `${prefix}:{`
  return key.startsWith(start) && key.endsWith('}:h') ? key.slice(start.length, -3) : undefined
}
