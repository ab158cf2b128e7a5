/** Handing a chain over to another key, and saying that a key must no longer be trusted. */
import { QuittanceError } from '../errors.js'
import { rotationMessage } from '../keys/delegation.js'
import type { KeyProvider } from '../keys/provider.js'
import { toHex } from '../primitives/bytes.js'
import { isoTime, isTime } from '../primitives/time.js'
import type { DecisionReceipt, KeyEvent } from '../receipt/types.js'
import type { Parts } from './chain.js'
import type { Desk } from './desk.js'
import { keyFault } from './faults.js'
import { entriesOf } from './keyrings.js'
import type { NoteOptions } from './types.js'

type KeyReceiptEvent = { readonly eventType: 'key'; readonly key: KeyEvent }

/**
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param to - signs from the next receipt on
 * @param options - how to wait
 * @param own - hears that the ledger owns `to` now
 * @returns the `rotate` receipt, signed by the old key, countersigned by the new one
 */
export function rotate(
  parts: Parts,
  desk: Desk,
  chainId: string,
  to: KeyProvider,
  options: NoteOptions,
  own: (provider: KeyProvider) => void,
): Promise<DecisionReceipt> {
  let entries: Awaited<ReturnType<typeof entriesOf>> = []
  return desk.submitOwn(
    chainId,
    async ({ signer }): Promise<KeyReceiptEvent> => {
      try {
        const next = await to.signer({ chainId, signal: options.signal })
        if (next.keyId === signer.keyId)
          throw new RangeError('to must have another key than the one that signs the chain now')
        entries = await entriesOf(to)
        const signature = await next.sign(rotationMessage(chainId, signer.keyId, next.keyId), {
          signal: options.signal,
        })
        return {
          eventType: 'key',
          key: { event: 'rotate', newKeyId: next.keyId, countersignature: `ed25519:${toHex(signature)}` } as KeyEvent,
        }
      } catch (error) {
        if (error instanceof RangeError) throw error
        throw keyFault(error)
      }
    },
    options,
    {
      alone: true,
      onDurable() {
        parts.keyrings.add(entries)
        desk.handOver(chainId, to)
        own(to)
      },
    },
  )
}

/**
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param revocation - which key, from when on, why
 * @param options - how to wait
 * @returns the `revoke` receipt
 */
export function revoke(
  parts: Parts,
  desk: Desk,
  chainId: string,
  revocation: { readonly keyId: string; readonly effectiveAt: string; readonly reason: string },
  options: NoteOptions,
): Promise<DecisionReceipt> {
  const { keyId, effectiveAt, reason } = revocation
  if (typeof effectiveAt !== 'string' || !isTime(effectiveAt)) {
    return Promise.reject(new RangeError('effectiveAt must be a time as YYYY-MM-DDTHH:MM:SS.sssZ'))
  }
  return desk.submitOwn(
    chainId,
    ({ signer, head }): KeyReceiptEvent => {
      const now = isoTime(parts.environment.now())
      const sealedAt = head !== undefined && head.timestamp > now ? head.timestamp : now
      if (signer.keyId === keyId && effectiveAt <= sealedAt) {
        const message = 'a key can not record its own revocation as of now: hand the chain over with rotate() first'
        throw new QuittanceError('LEDGER_KEY_REVOKED', message, { details: { keyId } })
      }
      return { eventType: 'key', key: { event: 'revoke', keyId, effectiveAt, reason } as KeyEvent }
    },
    options,
    { alone: true },
  )
}
