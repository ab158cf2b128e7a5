import { QuittanceError } from '../errors.js'
import type { Signer } from '../keys/provider.js'
import { type Linked, seal } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { keyFault } from './faults.js'

/** How many signatures one batch asks of a key that is elsewhere at once. One that is here gets all: its threads never idle. */
const MAX_REMOTE = 64

function checked(signature: Uint8Array): Uint8Array {
  if (signature instanceof Uint8Array && signature.length === 64) return signature
  throw new QuittanceError('KEY_SIGNING_FAILED', 'the key provider gave no Ed25519 signature: 64 bytes', {
    details: { outcome: 'absent' },
  })
}

/**
 * Signs what was linked, in parallel. A single receipt is signed on the calling thread where the key is here and little
 * else is under way: that is sooner done than the way to another thread. Of many chains with a receipt each the threads
 * sign as of a batch.
 *
 * @param signer - pinned to one key
 * @param linked - the batch, in order
 * @param terms - `signal` gives up; `quiet` where little else is under way
 * @returns the receipts, in order
 * @throws QuittanceError `KEY_SIGNING_FAILED`, `KEY_UNAVAILABLE`
 */
export function signAll(
  signer: Signer,
  linked: readonly Linked[],
  { signal, quiet }: { readonly signal: AbortSignal; readonly quiet: boolean },
): Promise<DecisionReceipt[]> {
  const [only] = linked
  if (quiet && only !== undefined && linked.length === 1 && signer.signSync) {
    try {
      return Promise.resolve([seal(only, checked(signer.signSync(only.message)))])
    } catch (error) {
      return Promise.reject(keyFault(error))
    }
  }
  return inParallel(signer, linked, { signal })
}

/** So many at once; the first failure ends it. In callbacks, because a function that awaits costs as much as sealing. */
function inParallel(
  signer: Signer,
  linked: readonly Linked[],
  options: { readonly signal: AbortSignal },
): Promise<DecisionReceipt[]> {
  const receipts: DecisionReceipt[] = new Array(linked.length)
  return new Promise((resolve, reject) => {
    let next = 0
    let left = linked.length
    if (left === 0) resolve(receipts)
    const fail = (error: unknown): void => {
      next = linked.length
      reject(keyFault(error))
    }
    const start = (): void => {
      const index = next
      const one = linked[index] as Linked
      next += 1
      const done = (signature: Uint8Array): void => {
        try {
          receipts[index] = seal(one, checked(signature))
        } catch (error) {
          fail(error)
          return
        }
        left -= 1
        if (left === 0) resolve(receipts)
        else if (next < linked.length) start()
      }
      try {
        Promise.resolve(signer.sign(one.message, options)).then(done, fail)
      } catch (error) {
        fail(error)
      }
    }
    const most = Math.min(linked.length, signer.signSync === undefined ? MAX_REMOTE : linked.length)
    while (next < most) start()
  })
}
