/** What is asked of a time stamp, and what it proves. */
import type { Verdict } from '../../verify/types.js'

/** What contradicts: with one of these a token is INVALID. */
export const timestampInvalidCodes = [
  'TOKEN_MALFORMED',
  'IMPRINT_MISMATCH',
  'TOKEN_SIGNATURE_WRONG',
  'SIGNER_NOT_BOUND',
  'SIGNER_NOT_FOR_TIME_STAMPS',
  'SIGNER_NAME_MISMATCH',
  'CERTIFICATE_NOT_VALID_THEN',
  'CERTIFICATE_NOT_AN_ISSUER',
  'CERTIFICATE_REVOKED',
  'ALGORITHM_WEAK',
  'STAMP_IN_FUTURE',
  'POLICY_NOT_ACCEPTED',
] as const

/** What is missing: with one of these a token is INCOMPLETE, unless something contradicts as well. */
export const timestampIncompleteCodes = [
  'AUTHORITY_UNKNOWN',
  'SIGNER_CERTIFICATE_MISSING',
  'AUTHORITY_EXPIRED',
  'CERTIFICATE_ON_HOLD',
  'CRL_UNUSABLE',
  'REVOCATION_UNKNOWN',
  'TOKEN_UNSUPPORTED',
] as const

/** What can be wrong with a time stamp. */
export type TimestampProblemCode = (typeof timestampInvalidCodes)[number] | (typeof timestampIncompleteCodes)[number]

/** One thing that is wrong. */
export interface TimestampProblem {
  readonly code: TimestampProblemCode
  readonly message: string
  /** `sha256:` and hex of the DER of the certificate concerned. */
  readonly certificate?: string | undefined
}

/** Who stamped. */
export interface ProvedAuthority {
  /** The signer's name, as its certificate has it: `CN=…, O=…`. */
  readonly subject: string
  /** `sha256:` and hex of the DER of the signer's certificate. */
  readonly certificate: string
  /** `sha256:` and hex of the DER of the trust anchor that its chain leads to. */
  readonly anchor: string
  readonly anchorSubject: string
}

/** What a token says, whoever says it. */
export interface TimestampClaim {
  /** `YYYY-MM-DDTHH:MM:SS.sssZ`. */
  readonly time: string
  /** How far the authority's clock may be off, in milliseconds; `undefined` where the token does not say. */
  readonly accuracyMs: number | undefined
  /** `time` less the accuracy; `time` where none is stated. */
  readonly earliest: string
  /** `time` and the accuracy: the message was there by then. */
  readonly latest: string
  /** The token's number, in hex. */
  readonly serial: string
  /** The authority's policy, dotted decimal. */
  readonly policy: string
}

/** What a token proves. */
export interface ProvedTime extends TimestampClaim {
  readonly authority: ProvedAuthority
}

/** The verdict on one token. */
export interface TimestampResult {
  readonly verdict: Verdict
  /** There only when the verdict is VALID. */
  readonly proved?: ProvedTime | undefined
  /** What the token says, where it could be read. It proves nothing. */
  readonly claimed?: TimestampClaim | undefined
  readonly problems: readonly TimestampProblem[]
}

/** Whom the verifier trusts, and what is asked. */
export interface VerifyTimestampOptions {
  /** Trust anchors: certificates as PEM texts (also several in one) or DER. None in the token is ever one. */
  readonly authorities: readonly (string | Uint8Array)[]
  /** Certificates that may stand between, where the token has them not with it. They are not trusted. */
  readonly intermediates?: readonly (string | Uint8Array)[] | undefined
  /** Revocation lists, as PEM or DER. Nothing is ever fetched. */
  readonly crls?: readonly (string | Uint8Array)[] | undefined
  /** True: every certificate below the anchor must be covered by a revocation list made after the stamp. Default false. */
  readonly requireCrls?: boolean | undefined
  /** The policies that are accepted, dotted decimal. Default: each. */
  readonly policyOids?: readonly string[] | undefined
  /** False: a chain of which a certificate has expired by now is not enough. Default true: it counts what was valid then. */
  readonly allowExpired?: boolean | undefined
  /** What is now, in milliseconds since 1970. Default: the clock. */
  readonly now?: number | undefined
}
