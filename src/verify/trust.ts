/**
 * Which keys count, for which receipt: the keyring, and what the chain itself says of keys. A key in the data counts
 * only under a certificate of a keyring key, or by a rotation that a keyring key with the use `rotate` signed.
 */
import { isChainPattern } from '../keys/chain-pattern.js'
import { rotationMessage, signedDelegationMessage } from '../keys/delegation.js'
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import { allows, coversChain, inWindow, type Keyring, type KeyringEntry, type KeyUse } from '../keys/keyring.js'
import type { DelegationCertificate } from '../keys/provider.js'
import { fromHex } from '../primitives/bytes.js'
import { ownText } from '../primitives/one-piece.js'
import { canonicalize } from '../receipt/canonical.js'
import { digestOf } from '../receipt/digest.js'
import type { DecisionReceipt, KeyEvent } from '../receipt/types.js'
import type { Remark } from './line.js'
import { RevocationLog } from './revocation.js'
import type { Reached } from './run.js'
import type { Anchor, Finding, ProblemCode } from './types.js'

/** How a key came to be trusted: itself, then what it derives from. */
type Lineage = readonly string[]

type DelegateEvent = Extract<KeyEvent, { event: 'delegate' }>

/** A certificate that was checked, and what tells whether it comes again. */
interface LearnedCertificate extends DelegationCertificate {
  readonly same: string
}

const remark = (code: ProblemCode, message: string): Remark<ProblemCode> => ({ code, message })

/** The uses that let a key sign a receipt; a key made for one purpose may sign only what serves it. */
function usesFor(receipt: DecisionReceipt): readonly KeyUse[] {
  if (receipt.eventType === 'retention') return ['receipt', 'retention']
  if (receipt.eventType === 'key' && receipt.key?.event === 'rotate') return ['receipt', 'rotate']
  if (receipt.eventType === 'key' && receipt.key?.event === 'revoke') return ['receipt', 'revoke']
  if (receipt.eventType === 'system' && receipt.system?.event === 'report') return ['receipt', 'report']
  return ['receipt']
}

function useRemarks(receipt: DecisionReceipt, entry: KeyringEntry): Remark<ProblemCode>[] {
  if (usesFor(receipt).some((use) => allows(entry, use))) return []
  const uses = (entry.uses ?? ['receipt']).join(', ')
  return [remark('KEY_NOT_ALLOWED', `is signed by a key that the keyring trusts for ${uses} only`)]
}

function signedBy(keyId: string, message: Uint8Array, signature: string): boolean {
  const { key } = admitKey(keyId)
  return key !== undefined && verifySignature(key, message, fromHex(signature.slice('ed25519:'.length)))
}

/** The keys of one chain, fed with its receipts in order. */
export class ChainTrust {
  readonly #keyring: Keyring
  readonly #chainId: string
  /** Certificates by delegate; several, where it was renewed. */
  readonly #certificates = new Map<string, LearnedCertificate[]>()
  /** Old key by new key. */
  readonly #rotations = new Map<string, string>()
  readonly #revocations: RevocationLog
  /** Of the signer that was last asked for: the next receipt is most often its own, or of the key that it hands over to. */
  #recent: { readonly keyId: string; readonly lineage: Lineage } | undefined

  /**
   * @param keyring - the keys that are trusted
   * @param chainId - the chain
   */
  constructor(keyring: Keyring, chainId: string) {
    this.#keyring = keyring
    this.#chainId = chainId
    this.#revocations = new RevocationLog((keyId) => keyring.get(keyId)?.revokedAt)
  }

  /**
   * Judges the key of one receipt, and learns what the receipt says of keys.
   *
   * @param receipt - the next receipt of the chain
   * @param sound - whether shape, hash and signature hold; what does not is judged, but teaches nothing
   * @returns what is wrong with its key; empty when it counts
   */
  judge(receipt: DecisionReceipt, sound: boolean): Remark<ProblemCode>[] {
    const delegation = receipt.key?.event === 'delegate' ? receipt.key : undefined
    const problems = delegation ? this.#learnDelegation(receipt, delegation, sound) : []
    if (sound && !this.#isCountersigned(receipt))
      problems.push(remark('SIGNATURE_INVALID', 'has a countersignature that the new key did not make'))
    const lineage = this.#lineageOf(receipt)
    if (lineage === undefined) {
      if (!delegation || problems.length === 0)
        problems.push(remark('KEY_UNKNOWN', `is signed by ${receipt.keyId}, which the keyring does not trust`))
      return problems
    }
    problems.push(...this.#standing(receipt, lineage))
    const revoked = this.#revocations.revokedBy(lineage, receipt.timestamp)
    if (revoked) problems.push(remark('KEY_REVOKED', `is signed at or after the revocation of ${revoked}`))
    if (sound && problems.length === 0) {
      this.#revocations.saw(receipt, lineage)
      this.#learnEvent(receipt)
    }
    return problems
  }

  /**
   * Takes receipts that follow one which `judge` was asked about last: of the same key, sound, dated in order, and none that
   * says anything of keys or is for a key of another use.
   *
   * @param first - the one before them
   * @param count - how many
   * @param last - the last of them
   * @returns false, and nothing taken, where it is not certain that `judge` would find nothing against any of them
   */
  goesOn(first: DecisionReceipt, count: number, last: Reached): boolean {
    const recent = this.#recent
    if (recent?.keyId !== first.keyId || !this.#standsThrough(first, last)) return false
    return this.#revocations.goesOn(recent.lineage, first.seq, count, last)
  }

  /** Whether what lets a key sign one receipt lets it sign all that follow until another. */
  #standsThrough({ keyId, timestamp }: DecisionReceipt, last: Reached): boolean {
    const entry = this.#keyring.get(keyId)
    // a window has no holes
    if (entry) return inWindow(entry, timestamp) && inWindow(entry, last.timestamp)
    const certificates = this.#certificates.get(keyId)
    if (certificates === undefined) return true
    const [{ root }] = certificates as [LearnedCertificate]
    return (
      certificates.every((one) => one.root === root) &&
      certificates.some((one) => timestamp >= one.notBefore && last.timestamp < one.notAfter)
    )
  }

  /**
   * Whether a receipt's key stands in the keyring itself with a use, in its window, for this chain, unrevoked.
   *
   * @param receipt - a receipt that `judge` found nothing wrong with
   * @param use - the use that is asked for
   * @returns true when it does; never for a delegate or a key that was rotated to
   */
  holdsUse(receipt: DecisionReceipt, use: KeyUse): boolean {
    const entry = this.#keyring.get(receipt.keyId)
    return entry !== undefined && allows(entry, use)
  }

  /**
   * What can be said of revoked keys only when the whole chain was seen.
   *
   * @param anchors - checkpoints that were found in this chain
   * @returns problems, each with how many receipts it stands for
   */
  finish(
    anchors: readonly Pick<Anchor, 'size' | 'witnessedAt'>[],
  ): readonly { readonly finding: Finding<ProblemCode>; readonly count: number }[] {
    return this.#revocations.finish(anchors)
  }

  /** The keys that a receipt's signer derives from, itself first; `undefined` where it is not trusted at all. */
  #lineageOf({ keyId, timestamp }: DecisionReceipt): Lineage | undefined {
    const recent = this.#recent
    const certificates = this.#certificates.get(keyId)
    if (certificates?.length && !this.#keyring.get(keyId)) {
      const covering = certificates.findLast((one) => timestamp >= one.notBefore && timestamp < one.notAfter)
      const { root } = covering ?? (certificates[certificates.length - 1] as LearnedCertificate)
      if (recent?.keyId === keyId && recent.lineage[1] === root && recent.lineage.length === 2) return recent.lineage
      return this.#remember([ownText(keyId), root])
    }
    if (recent?.keyId === keyId) return recent.lineage
    return this.#keyring.get(keyId) ? this.#remember([ownText(keyId)]) : this.#rotatedTo(keyId)
  }

  /** @param lineage - of texts of its own: what is a part of a line keeps all of it */
  #remember(lineage: Lineage): Lineage {
    this.#recent = { keyId: lineage[0] as string, lineage }
    return lineage
  }

  #rotatedTo(keyId: string): Lineage | undefined {
    const lineage = [ownText(keyId)]
    // not by recursion: the data says how many there are
    for (let old = this.#rotations.get(keyId); old !== undefined; old = this.#rotations.get(old)) {
      // one that was certified as well derives otherwise where it signs itself
      if (old === this.#recent?.keyId && !this.#certificates.has(old))
        return this.#remember([...lineage, ...this.#recent.lineage])
      lineage.push(old)
      if (this.#keyring.get(old)) return this.#remember(lineage)
    }
    return undefined
  }

  #standing(receipt: DecisionReceipt, lineage: Lineage): Remark<ProblemCode>[] {
    const entry = this.#keyring.get(receipt.keyId)
    if (entry) return this.#entryStanding(receipt, entry)
    const certificates = this.#certificates.get(receipt.keyId)
    if (!certificates) return this.#inheritedStanding(receipt, lineage)
    if (receipt.eventType === 'key' && receipt.key?.event === 'rotate') {
      return [remark('KEY_NOT_ALLOWED', 'hands the chain over, which a delegate may not')]
    }
    const covered = certificates.some((one) => receipt.timestamp >= one.notBefore && receipt.timestamp < one.notAfter)
    return covered
      ? []
      : [remark('DELEGATION_INVALID', `is signed by a delegate of ${lineage[1]} outside its certificate's time`)]
  }

  /** A key that took over may sign what the keyring's key might; that key's window was its own. */
  #inheritedStanding(receipt: DecisionReceipt, lineage: Lineage): Remark<ProblemCode>[] {
    const entry = this.#keyring.get(lineage[lineage.length - 1] as string)
    return entry === undefined ? [] : useRemarks(receipt, entry)
  }

  #entryStanding(receipt: DecisionReceipt, entry: KeyringEntry): Remark<ProblemCode>[] {
    const problems = useRemarks(receipt, entry)
    if (!coversChain(entry.chains, this.#chainId)) {
      problems.push(remark('KEY_NOT_ALLOWED', 'is signed by a key that the keyring does not trust for this chain'))
    }
    if (!inWindow(entry, receipt.timestamp)) {
      problems.push(
        remark(
          'KEY_OUTSIDE_WINDOW',
          `is dated outside its key's window, ${entry.validFrom ?? '…'} to ${entry.validUntil ?? '…'}`,
        ),
      )
    }
    return problems
  }

  #learnDelegation(receipt: DecisionReceipt, event: DelegateEvent, sound: boolean): Remark<ProblemCode>[] {
    const { certificate, certificateSignature } = event
    // a delegate may repeat its certificate at every receipt: it is checked and kept once
    const same = `${digestOf(canonicalize(certificate))} ${certificateSignature}`
    const known = this.#certificates.get(certificate.delegate) ?? []
    const repeated = certificate.delegate === receipt.keyId && known.some((one) => one.same === same)
    if (repeated && receipt.timestamp >= certificate.notBefore && receipt.timestamp < certificate.notAfter) return []
    const refused = this.#certificateFault(receipt, certificate, certificateSignature)
    if (refused) return [remark('DELEGATION_INVALID', refused)]
    const root = this.#keyring.get(certificate.root)
    if (!root && this.#certificates.has(certificate.root))
      return [remark('DELEGATION_INVALID', 'is signed under a delegate, which may not delegate in its turn')]
    if (!root) return [remark('KEY_UNKNOWN', `is signed under ${certificate.root}, which the keyring does not trust`)]
    if (!allows(root, 'delegate'))
      return [remark('DELEGATION_INVALID', 'is signed under a root that the keyring does not trust to delegate')]
    if (!coversChain(root.chains, this.#chainId))
      return [remark('DELEGATION_INVALID', 'is signed under a root that the keyring does not trust for this chain')]
    if (!inWindow(root, certificate.notBefore))
      return [remark('DELEGATION_INVALID', "has a certificate from outside its root's window")]
    if (sound) {
      known.push({ ...certificate, same })
      this.#certificates.set(certificate.delegate, known)
    }
    return []
  }

  /** What is wrong with a certificate by itself and for this receipt, whoever its root is. */
  #certificateFault(
    receipt: DecisionReceipt,
    certificate: DelegationCertificate,
    signature: string,
  ): string | undefined {
    if (certificate.delegate !== receipt.keyId) return 'has a certificate for another key than its own'
    if (certificate.root === certificate.delegate) return 'has a certificate of a key for itself'
    // a use of a later release is UNSUPPORTED, which is said already and teaches nothing
    const usesKnown = certificate.uses.every((use) => use === 'receipt')
    if (usesKnown && certificate.uses.length !== 1) return 'has a certificate that names its use not once'
    if (certificate.chains.length === 0 || !certificate.chains.every(isChainPattern))
      return 'has a certificate whose chains are malformed'
    if (!coversChain(certificate.chains, this.#chainId)) return 'has a certificate that does not cover this chain'
    if (certificate.notBefore >= certificate.notAfter) return 'has a certificate that ends before it begins'
    if (receipt.timestamp < certificate.notBefore || receipt.timestamp >= certificate.notAfter)
      return "is dated outside its certificate's time"
    if (!signedBy(certificate.root, signedDelegationMessage(digestOf(canonicalize(certificate))), signature)) {
      return 'has a certificate that its root did not sign'
    }
    return undefined
  }

  #learnEvent({ key, keyId }: DecisionReceipt): void {
    if (key?.event === 'revoke') this.#revocations.revoke(key.keyId, key.effectiveAt)
    if (key?.event !== 'rotate') return
    if (this.#mayRotate(keyId) && !this.#rotations.has(key.newKeyId) && !this.#certificates.has(key.newKeyId)) {
      this.#rotations.set(key.newKeyId, ownText(keyId))
    }
  }

  /** Whether the key that a rotation names has signed it, whoever trusts the key that rotates; true where nothing rotates. */
  #isCountersigned({ key, keyId }: DecisionReceipt): boolean {
    if (key?.event !== 'rotate') return true
    return signedBy(key.newKeyId, rotationMessage(this.#chainId, keyId, key.newKeyId), key.countersignature)
  }

  /** A key may hand on where the keyring says so; a key that was handed the chain by such a one took that over too. */
  #mayRotate(keyId: string): boolean {
    const entry = this.#keyring.get(keyId)
    return entry === undefined ? this.#rotations.has(keyId) : allows(entry, 'rotate')
  }
}
