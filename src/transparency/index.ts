/** Checkpoints, proofs, witnesses and time stamps: what shows that history was cut, rewritten or forked. */
export {
  type Checkpoint,
  checkpointText,
  openCheckpoint,
  parseCheckpoint,
  readCheckpoint,
  type SignedCheckpoint,
} from '../tlog/checkpoint.js'
export { type Cosignature, cosign, cosignatureMessage, verifyCosignature } from '../tlog/cosignature.js'
export {
  formatNote,
  type Note,
  type NoteSignature,
  type NoteSigner,
  parseNote,
  signNote,
  verifyNote,
} from '../tlog/note.js'
export { noteSigner } from '../tlog/note-signer.js'
export {
  type Policy,
  type PolicyGroup,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
  quorumReached,
  quorumTime,
} from '../tlog/policy.js'
export { checkProof, formatProof, type LogProof, parseProof } from '../tlog/proof.js'
export { type CosignatureVerifier, openTrusted, type TrustedCheckpoint, type TrustOptions } from '../tlog/trusted.js'
export { type NoteKey, type NoteKeyType, noteKey, parseVkey, vkeyOf } from '../tlog/vkey.js'
export type {
  CheckpointSink,
  CosignRequest,
  PatienceOptions,
  PublishedCheckpoint,
  TimestampAuthority,
  Witness,
} from './types.js'
