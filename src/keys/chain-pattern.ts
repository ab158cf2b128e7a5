import { chainIdPattern } from '../primitives/chain-id.js'

const prefixPattern = /^(?!.*\.\.)(?!\/)[A-Za-z0-9._:@/-]{0,255}\*$/

/**
 * @param pattern - any text
 * @returns whether it is a chain id, or a prefix of chain ids ending in `*`; `*` alone means every chain
 */
export function isChainPattern(pattern: string): boolean {
  return chainIdPattern.test(pattern) || prefixPattern.test(pattern)
}

/**
 * @param patterns - chain ids and prefixes ending in `*`; `undefined` where there is no limit
 * @param chainId - the chain in question
 * @returns whether one of them covers the chain
 */
export function coversChain(patterns: readonly string[] | undefined, chainId: string): boolean {
  if (patterns === undefined) return true
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? chainId.startsWith(pattern.slice(0, -1)) : chainId === pattern,
  )
}
