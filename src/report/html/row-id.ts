/** Names of places in the page, made in the same way by whoever writes a link and whoever follows it. */

/**
 * @param chainId - a receipt's chain
 * @param seq - its number there
 * @returns the id of its row, which is its address behind `#` too: no character of it means anything in HTML or in an address
 */
export function rowId(chainId: string, seq: number): string {
  const name = chainId
    .toWellFormed()
    .replace(/[^A-Za-z0-9._-]/gu, (character) =>
      [...new TextEncoder().encode(character)].map((byte) => `~${byte.toString(16).padStart(2, '0')}`).join(''),
    )
  return `r-${name}-${seq}`
}
