/** What can be wrong with a package, beside what is wrong with its chains. */

/** Codes that make a package INVALID: something contradicts. */
export const evidenceInvalidCodes = [
  /** It is no ZIP archive, or none that can be read in one way only. */
  'PACKAGE_MALFORMED',
  /** `manifest.json` or `manifest.sig` is missing or can't be read. */
  'MANIFEST_MALFORMED',
  /** The key that `manifest.sig` names did not sign this manifest. */
  'MANIFEST_SIGNATURE_INVALID',
  /** The keyring has the key that signed the manifest, but not for this, not at that time, or revoked. */
  'MANIFEST_KEY_REFUSED',
  /** A member is not what the manifest says. */
  'MEMBER_CHANGED',
  /** A member is in the archive, and not in the manifest. */
  'MEMBER_UNLISTED',
  /** A member is in the manifest, and not in the archive. */
  'MEMBER_MISSING',
  /** A member can't be what its name says. */
  'MEMBER_MALFORMED',
  /** The receipts are not those that the manifest describes. */
  'CHAIN_DIFFERS',
  /** A chain is INVALID: see its own problems. */
  'CHAIN_INVALID',
  /** A checkpoint of a log that the policy trusts has a wrong signature. */
  'CHECKPOINT_INVALID',
  /** A time stamp does not hold, or is of something else. */
  'TIMESTAMP_INVALID',
  /** The report contradicts the receipts, or itself. */
  'REPORT_INVALID',
] as const

/** Codes that make a package INCOMPLETE: nothing contradicts, but what was asked for is not all there. */
export const evidenceIncompleteCodes = [
  /** No keyring was given: what a package says of keys is never believed. */
  'KEYRING_NEEDED',
  /** The package is of a later format. */
  'PACKAGE_UNSUPPORTED',
  /** It is larger than the limits allow. */
  'PACKAGE_LIMIT',
  /** The keyring does not have the key that signed the manifest. */
  'MANIFEST_KEY_UNKNOWN',
  /** There is no chain in it. */
  'PACKAGE_EMPTY',
  /** A chain is INCOMPLETE: see its own problems. */
  'CHAIN_INCOMPLETE',
  /** The policy asks for a chain that is not there. */
  'REQUIRED_CHAIN_MISSING',
  /** The policy asks for receipts until a time that a chain does not reach. */
  'REQUIRED_RECEIPTS_MISSING',
  /** The policy asks for checkpoints, and none that it trusts holds a chain. */
  'REQUIRED_CHECKPOINT_MISSING',
  /** The newest checkpoint of a chain is older than the policy allows, or nobody dates it. */
  'REQUIRED_CHECKPOINT_OLD',
  /** The policy asks for witnesses, and no checkpoint that enough of them have cosigned holds a chain. */
  'REQUIRED_WITNESS_MISSING',
  /** The policy asks for a time stamp, and none that it trusts holds a chain, or it came too late. */
  'REQUIRED_TIMESTAMP_MISSING',
  /** The policy asks for a report that is sealed, and there is none. */
  'REQUIRED_REPORT_MISSING',
] as const

/** What can be wrong with a package. */
export type EvidenceProblemCode = (typeof evidenceInvalidCodes)[number] | (typeof evidenceIncompleteCodes)[number]
