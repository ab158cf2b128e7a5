import { signedDelegationMessage } from '../../src/keys/delegation.js'
import { localKey } from '../../src/keys/local.js'
import type { DelegationCertificate, KeyProvider } from '../../src/keys/provider.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { realEnvironment } from '../../src/ledger/environment.js'
import { sha256 } from '../../src/primitives/sha256.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { digestOf } from '../../src/receipt/digest.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { ReceiptStore } from '../../src/store/store.js'

/** A key that is the same for the same name. */
export const keyNamed = (name: string): KeyProvider => localKey({ seed: sha256(`quittance test key ${name}`) })

/** A draft that a ledger takes; what is given stands over it. */
export function draft(members: Partial<ReceiptDraft> = {}): ReceiptDraft {
  return {
    receiptId: realEnvironment.uuid(),
    chainId: 'acme',
    tenantId: 'acme',
    eventType: 'decision',
    action: 'allow',
    checks: [],
    ...members,
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export const stored = (store: ReceiptStore, chainId = 'acme'): Promise<DecisionReceipt[]> =>
  collect(store.read(chainId))

/** A provider whose key signs under a certificate of a root key. */
export async function delegatedBy(
  root: KeyProvider,
  delegate: KeyProvider,
  more: Partial<DelegationCertificate> = {},
): Promise<KeyProvider> {
  const [rootSigner, signer] = [await root.signer(), await delegate.signer()]
  const certificate: DelegationCertificate = {
    root: rootSigner.keyId,
    delegate: signer.keyId,
    chains: ['*'],
    notBefore: '2020-01-01T00:00:00.000Z',
    notAfter: '2099-01-01T00:00:00.000Z',
    uses: ['receipt'],
    serial: '1',
    ...more,
  }
  const signature = await rootSigner.sign(signedDelegationMessage(digestOf(canonicalize(certificate))))
  const delegation = { certificate, certificateSignature: `ed25519:${Buffer.from(signature).toString('hex')}` }
  return {
    signer: async () => ({ ...signer, delegation }),
    publicKeys: async () => [{ keyId: rootSigner.keyId, uses: ['delegate'] }],
  }
}
