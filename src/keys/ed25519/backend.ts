/**
 * Checks the equation of one signature under one key: `[S]B = R + [k]A`, cofactorless, R compared as bytes.
 * It is called only with an admitted key and with a signature that has strict form (`rules.ts`), so that what the
 * libraries disagree about never reaches them.
 */
export type EquationCheck = (message: Uint8Array, signature: Uint8Array) => boolean

/** A private key in this process. */
export interface SeedSigner {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** @returns the 64-byte signature; off the event loop where the backend can */
  sign(message: Uint8Array): Promise<Uint8Array>
  /** @returns the 64-byte signature, made on the calling thread */
  signSync(message: Uint8Array): Uint8Array
  /** Overwrites or lets go of the private key; signing throws `KEY_UNAVAILABLE` from then on. Idempotent. */
  wipe(): void
}

/** One implementation of Ed25519. All of them give the same signatures and, behind `rules.ts`, the same verdicts. */
export interface Ed25519Backend {
  readonly name: 'noble' | 'node' | 'sodium'
  /**
   * @param publicKey - 32 bytes that were admitted
   * @returns the check for this key, to be kept
   */
  equationCheck(publicKey: Uint8Array): EquationCheck
  /**
   * @param seed - the 32 bytes of a private key (RFC 8032); copied
   * @returns its signer
   */
  signerFromSeed(seed: Uint8Array): SeedSigner
}
