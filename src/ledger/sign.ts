import { setMaxListeners } from 'node:events'
import { QuittanceError } from '../errors.js'
import type { Signer } from '../keys/provider.js'
import { type Linked, seal } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { keyFault } from './faults.js'
import { inLanes } from './lanes.js'

/** How many signatures one batch asks for at once. */
const MAX_IN_FLIGHT = 64

function checked(signature: Uint8Array): Uint8Array {
  if (signature instanceof Uint8Array && signature.length === 64) return signature
  throw new QuittanceError('KEY_SIGNING_FAILED', 'the key provider gave no Ed25519 signature: 64 bytes', {
    details: { outcome: 'absent' },
  })
}

/**
 * Signs what was linked, in parallel. A single receipt is signed on the calling thread where the key is here, which is
 * sooner done than the way to another thread.
 *
 * @param signer - pinned to one key
 * @param linked - the batch, in order
 * @param signal - gives up
 * @returns the receipts, in order
 * @throws QuittanceError `KEY_SIGNING_FAILED`, `KEY_UNAVAILABLE`
 */
export async function signAll(
  signer: Signer,
  linked: readonly Linked[],
  signal: AbortSignal,
): Promise<DecisionReceipt[]> {
  const receipts: DecisionReceipt[] = new Array(linked.length)
  try {
    const [only] = linked
    if (only !== undefined && linked.length === 1 && signer.signSync)
      return [seal(only, checked(signer.signSync(only.message)))]
    // every signature under way may listen to it, and a provider of several layers more than once
    setMaxListeners(0, signal)
    await inLanes(linked, MAX_IN_FLIGHT, async (one, index) => {
      receipts[index] = seal(one, checked(await signer.sign(one.message, { signal })))
    })
    return receipts
  } catch (error) {
    throw keyFault(error)
  }
}
