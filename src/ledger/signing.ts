import type { KeyProvider, Signer } from '../keys/provider.js'
import type { Linked } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Chain, Parts } from './chain.js'
import { signAll } from './sign.js'

/** Who signs a batch. */
export interface Signing {
  readonly provider: KeyProvider
  readonly signer: Signer
}

/** With so many batches under way in the whole ledger the calling thread has time for a signature. */
const QUIET_BATCHES = 4

/**
 * Signs a batch, and says how long it took where anybody listens.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param signing - who signs
 * @param linked - the batch, in order
 * @param signal - gives up
 * @returns the receipts, in order
 * @throws QuittanceError as `signAll`
 */
export async function signBatch(
  { events, capacity }: Parts,
  { chainId }: Chain,
  { provider, signer }: Signing,
  linked: readonly Linked[],
  signal: AbortSignal,
): Promise<DecisionReceipt[]> {
  const quiet = capacity.batches <= QUIET_BATCHES
  if (!events.heard('signed')) return signAll(signer, linked, { signal, quiet })
  const since = performance.now()
  const receipts = await signAll(signer, linked, { signal, quiet })
  events.emit('signed', {
    chainId,
    provider: provider.name ?? 'custom',
    keyId: signer.keyId,
    count: receipts.length,
    durationMs: performance.now() - since,
  })
  return receipts
}
