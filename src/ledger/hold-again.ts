/** The last look of a ledger that goes: it may be the only one that knows what a store lost. */
import { QuittanceError } from '../errors.js'
import type { Chain, Parts } from './chain.js'
import { inLanes } from './lanes.js'
import { openHead } from './opening.js'
import { rolledBack } from './rollback.js'

/** How many chains are looked at, those that were written last, and how many at once. */
const MAX_LOOKED_AT = 256
const LANES = 8
/** How often it is looked again where somebody else writes meanwhile. */
const MAX_TRIES = 8

/** @returns why what was acknowledged is not there */
async function look(parts: Parts, chain: Chain, signal: AbortSignal): Promise<unknown> {
  const { chainId, acknowledged } = chain
  for (let tries = 1; ; tries += 1) {
    try {
      const opened = await openHead(parts, chain, { accepts: false, hurries: false }, signal)
      if ('behind' in opened) return opened.behind
      const [lost] = opened.lost
      return lost && rolledBack(chainId, acknowledged.head ?? lost, opened.head, { lost: opened.lost, more: false })
    } catch (error) {
      if (!QuittanceError.is(error, 'STORE_CONFLICT') || tries === MAX_TRIES) return error
    }
  }
}

/**
 * Holds chains at rest against what this ledger acknowledged. Lost receipts that link to the head are put back, as an
 * append would; nothing new is sealed.
 *
 * @param parts - the ledger's
 * @param chains - those that it wrote, in the order in which it began to
 * @param signal - ends the looking
 * @returns for each chain that is not whole, or could not be looked at, why
 */
export async function holdAgain(
  parts: Parts,
  chains: readonly Chain[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  // what one process alone writes can't go back under it; what it only read, others know as well
  if (parts.store.lease === undefined) return []
  const written = chains.filter(({ acknowledged: { head, inherited } }) => head !== undefined && head !== inherited)
  const found: unknown[] = []
  await inLanes(written.slice(-MAX_LOOKED_AT), LANES, async (chain) => {
    const error = await look(parts, chain, signal)
    if (error !== undefined) found.push(error)
  })
  return found
}
