import type { DecisionReceipt, Details, EventType, Extensions, HumanOversight, Source } from '../receipt/types.js'

/** Content that the ledger redacts (text, json), hashes and forgets. */
export type Content =
  | { readonly kind: 'text'; readonly content: string }
  | { readonly kind: 'json'; readonly content: unknown }
  | { readonly kind: 'bytes'; readonly content: Uint8Array }
  /** Bytes that were hashed as they flowed by: SHA-256, `sha256:` and hex. */
  | { readonly kind: 'bytes'; readonly hash: `sha256:${string}` }

/** Content with what the receipt says beside its hash. */
export type ContentDraft = Content & {
  readonly ref?: string | undefined
  readonly mediaType?: string | undefined
  readonly partial?: true | undefined
}

/** The members that the ledger alone writes. */
type LedgerMembers =
  | 'version'
  | 'seq'
  | 'timestamp'
  | 'keyId'
  | 'prevReceiptHash'
  | 'receiptHash'
  | 'signature'
  | 'detailsHash'
  | 'eventType'
  | 'system'
  | 'key'
  | 'retention'
  | 'redactor'
  | 'input'
  | 'output'
  | 'subjectId'
  | 'principalId'
  | 'pseudonymKeyId'
  | 'humanOversight'
  | 'sources'
  | 'details'

/**
 * What a call site hands to a ledger: the facts of one receipt before redaction, hashing and sealing.
 * Its objects are copied at the call; its texts are redacted by the ledger, which no call site can bypass.
 */
export interface ReceiptDraft extends Omit<DecisionReceipt, LedgerMembers> {
  /** The ledger alone writes `system`, `key` and `retention`. */
  readonly eventType: Exclude<EventType, 'system' | 'key' | 'retention'>
  readonly input?: ContentDraft | undefined
  readonly output?: ContentDraft | undefined
  /** The person concerned, as the caller knows them; only a keyed pseudonym reaches the receipt. */
  readonly subject?: string | undefined
  /** On whose behalf; only a keyed pseudonym reaches the receipt. */
  readonly principal?: string | undefined
  readonly humanOversight?:
    | (Omit<HumanOversight, 'reviewerId'> & { readonly reviewer?: string | undefined })
    | undefined
  readonly sources?: readonly SourceDraft[] | undefined
  /** Free text, redacted, under `detailsHash`; the ledger adds the salt. */
  readonly details?: Omit<Details, 'salt'> | undefined
}

type Match = NonNullable<Source['match']>

/** A source whose matched record is still named as the caller knows it. */
export interface SourceDraft extends Omit<Source, 'match'> {
  readonly match?: (Omit<Match, 'recordId'> & Extensions & { readonly record?: string | undefined }) | undefined
}
