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
export { type CosignedTree, type MlDsa44, mlDsa44Cosignatures, mlDsaMessage } from '../tlog/ml-dsa.js'
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
export {
  type FilledTile,
  type TileBuilder,
  type TileBuilderOptions,
  tileBuilder,
} from '../tlog/tiles/builder.js'
export { decodeEntries, encodeEntries } from '../tlog/tiles/entries.js'
export { edgeTiles, entriesPath, TILE_WIDTH, type Tile, tileAt, tilePath, tilesOf } from '../tlog/tiles/layout.js'
export { consistencyProofFromTiles, inclusionProofFromTiles } from '../tlog/tiles/proofs.js'
export { type FetchTile, readNodes, type TiledTree, type TreeNode } from '../tlog/tiles/reader.js'
export { type CosignatureVerifier, openTrusted, type TrustedCheckpoint, type TrustOptions } from '../tlog/trusted.js'
export { type NoteKey, type NoteKeyType, noteKey, parseVkey, vkeyOf } from '../tlog/vkey.js'
export { type GivenCheckpoint, type MadeProof, type MakeProofOptions, makeProof } from './decision-proof.js'
export {
  type DecisionProofResult,
  type NotProvedCode,
  notProvedCodes,
  type ProofProblem,
  type ProofProblemCode,
  type ProvedCode,
  provedCodes,
} from './decision-proof-findings.js'
export {
  DECISION_PROOF,
  type DecisionProof,
  type Delegation,
  formatDecisionProof,
  type LogLevel,
  parseDecisionProof,
} from './decision-proof-format.js'
export {
  type TimestampVerdict,
  type VerifyDecisionProofOptions,
  verifyDecisionProof,
} from './decision-proof-verify.js'
export { type HeartbeatOptions, type Heartbeats, heartbeats } from './heartbeats.js'
export { withIntent } from './intent.js'
export { storedCheckpoint } from './log/cell.js'
export { checkpointLog } from './log/checkpoint-log.js'
export type {
  CheckpointLog,
  CheckpointLogEvents,
  CheckpointLogOptions,
  CheckpointLogStatus,
  ComparedCheckpoint,
  DestinationStatus,
  StoredCheckpoint,
} from './log/types.js'
export {
  type ReconciledRow,
  type ReconcileOptions,
  type Reconciler,
  type Reconciliation,
  reconcile,
} from './reconcile.js'
export { type CountsOptions, type OutsideCount, parseCounts } from './reconcile-counts.js'
export { type FoundCheckpoint, fileSink, readCheckpoints } from './sinks/file.js'
export { type GitSinkOptions, gitSink } from './sinks/git.js'
export {
  checkTiles,
  directoryTiles,
  exportTiles,
  type TileCheck,
  type TileExport,
  type TileExportOptions,
  type TileOptions,
} from './tiles.js'
export type {
  CheckpointSink,
  CosignRequest,
  PatienceOptions,
  PublishedCheckpoint,
  TimestampAuthority,
  Witness,
} from './types.js'
export { type HttpWitnessOptions, httpWitness } from './witness/client.js'
export { type Collected, type CollectOptions, collectCosignatures } from './witness/collect.js'
export { type Fork, forkProof, type LargerTree, verifyForkProof } from './witness/fork-proof.js'
export { type LocalWitness, type LocalWitnessOptions, localWitness } from './witness/local-witness.js'
export { type MemoryWitnessState, memoryWitnessState } from './witness/memory-state.js'
export type { RefusedHead, WitnessAnswer, WitnessedHead, WitnessState } from './witness/types.js'
export { createWitness, type WitnessCore, type WitnessOptions } from './witness/witness.js'
