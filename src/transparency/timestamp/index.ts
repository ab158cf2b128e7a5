/** RFC 3161 time stamps on checkpoints: the subpath `quittance/transparency/timestamp`. Requesting one needs `pkijs` and `asn1js`. */
export type { TimestampAuthority } from '../types.js'
export { type TimestampAuthorityOptions, timestampAuthority } from './authority.js'
export { type TimestampsOptions, type TimestampsResult, timestampsOf } from './several.js'
export {
  type ProvedAuthority,
  type ProvedTime,
  type TimestampClaim,
  type TimestampProblem,
  type TimestampProblemCode,
  type TimestampResult,
  timestampIncompleteCodes,
  timestampInvalidCodes,
  type VerifyTimestampOptions,
} from './types.js'
export { verifyTimestamp } from './verify.js'
