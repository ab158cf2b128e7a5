import type { QuittanceError } from '../errors.js'
import type { KeyringEntry } from './keyring.js'

/** The use of a key that a delegation certificate can hand on. */
export interface DelegationCertificate {
  readonly root: string
  readonly delegate: string
  /** Exact chain ids, or prefixes ending in `*`. */
  readonly chains: readonly string[]
  readonly notBefore: string
  readonly notAfter: string
  readonly uses: readonly 'receipt'[]
  readonly serial: string
}

/** A root's signed word that another key may sign receipts for a while (DESIGN: depth one). */
export interface Delegation {
  readonly certificate: DelegationCertificate
  /** `ed25519:` and 128 hex digits, by the root, over `quittance/1 delegation\n` + `sha256:…` of the certificate's JCS + `\n`. */
  readonly certificateSignature: string
}

/** A signer pinned to one key, so that `keyId` and signature can't come from two keys. */
export interface Signer {
  /** The public key, as `did:key:z6Mk…`. */
  readonly keyId: string
  /** Present where this key is a short-lived delegate of a root key. */
  readonly delegation?: Delegation | undefined
  /**
   * @param message - the bytes to sign (pure Ed25519, RFC 8032)
   * @returns the 64-byte signature; several may be asked for at once
   * @throws QuittanceError `KEY_SIGNING_FAILED`, `KEY_UNAVAILABLE`
   */
  sign(message: Uint8Array, options?: { signal?: AbortSignal | undefined }): Promise<Uint8Array>
  /** Signs on the calling thread, where the key is in this process and that is faster. */
  signSync?: ((message: Uint8Array) => Uint8Array) | undefined
}

/**
 * Where a private key lives. It signs; it never reveals the private key, not in errors, `util.inspect` or JSON.
 * Factories are synchronous and do nothing; the key is opened at the first `signer()`.
 */
export interface KeyProvider {
  /**
   * @param options - the chain to be signed for, so that a provider may choose a key a chain
   * @returns a signer pinned to the key that is current now; callers ask again for each batch
   * @throws QuittanceError `KEY_*`
   */
  signer(options?: { chainId?: string | undefined; signal?: AbortSignal | undefined }): Promise<Signer>
  /** The public keys that this provider signs or has signed with, as a keyring would trust them. */
  publicKeys?(): Promise<readonly KeyringEntry[]>
  /** Gives up the key and wipes what can be wiped. Idempotent. */
  close?(): Promise<void>
  /**
   * Tells of what nobody need be stopped for: a root that can't be reached while its certificate lasts, a switch to another
   * key. A ledger passes it on as its event `warning`.
   *
   * @returns a function that stops listening
   */
  onWarning?(listener: (warning: QuittanceError) => void): () => void
  /** What it is, as a token for logs and metrics: `local`, `aws-kms`. Never a key's name. */
  readonly name?: string | undefined
  /** True where the key dies with the process: refused together with a store that outlives it. */
  readonly ephemeral?: boolean | undefined
}
