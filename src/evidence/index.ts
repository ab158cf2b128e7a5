/** Evidence packages: receipts and all that is known about them in one file, and the verdict on it. */
export {
  type EvidenceProblemCode,
  evidenceIncompleteCodes,
  evidenceInvalidCodes,
} from './codes.js'
export type {
  EvidenceChainResult,
  EvidenceCheckpoint,
  EvidenceProblem,
  EvidenceResult,
  EvidenceStatement,
  EvidenceStatementCode,
  HeldCheckpoint,
} from './findings.js'
export type {
  EvidenceChain,
  EvidenceManifest,
  EvidenceMember,
  EvidenceOmission,
} from './manifest.js'
export {
  type EvidenceChainPolicy,
  type EvidencePolicy,
  type EvidenceTimestampPolicy,
  parseEvidencePolicy,
} from './policy.js'
export { type VerifyEvidenceOptions, verifyEvidence } from './verify.js'
export { type WriteEvidenceOptions, type WrittenEvidence, writeEvidence } from './write.js'
export type { EvidenceLimits } from './zip/limits.js'
