/** Verifying, offline and in a browser too: the subpath `quittance/verify`. */
export { type ErrorCode, type ErrorDetails, type HeadRef, QuittanceError } from '../errors.js'
export { didKey, parseDidKey } from '../keys/did-key.js'
export { Keyring, type KeyringEntry, type KeyringJson, type KeyUse } from '../keys/keyring.js'
export {
  type PublicJwk,
  type PublicKeyInput,
  parsePublicKey,
  publicKeyHex,
  publicKeyJwk,
  publicKeyPem,
} from '../keys/public-key.js'
export { canonicalize } from '../receipt/canonical.js'
export { detailsHashOf, genesisHash, receiptHashOf, signedMessage } from '../receipt/digest.js'
export type { Fault } from '../receipt/schema/describe.js'
export { lineOf, type ReceiptTexts, textsOf } from '../receipt/seal.js'
export type * from '../receipt/types.js'
export { receiptFaults } from '../receipt/validate.js'
export { type Policy, parsePolicy } from '../tlog/policy.js'
export type { CosignatureVerifier, TrustOptions } from '../tlog/trusted.js'
export { verifyChain } from './chain.js'
export {
  type CheckpointSet,
  type DatedNote,
  type KnownCheckpoint,
  openCheckpoints,
  type PassedOver,
} from './checkpoints.js'
export {
  type CommitmentProof,
  type CommitmentReason,
  type CommitmentResult,
  verifyCommitment,
} from './commitment.js'
export {
  type LoggedChain,
  type LogOptions,
  type MissingChain,
  missingChains,
  type VerifiedLog,
  verifyLog,
} from './log.js'
export { verifyReceipt } from './receipt.js'
export type * from './types.js'
export { incompleteCodes, invalidCodes } from './types.js'
