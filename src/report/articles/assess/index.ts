/** What receipts show of the provisions: counted in one pass, then judged by the rules of `judge.ts`. */
export { crosswalkFindings } from './crosswalks.js'
export { createProvisionEvidence, type ProvisionEvidence, type ProvisionEvidenceOptions } from './evidence.js'
export { assessProvisions } from './judge.js'
export type {
  AssessedChain,
  AssessmentContext,
  MemberCount,
  PointerCount,
  ProvisionEvidenceSnapshot,
  PruneFact,
} from './types.js'
