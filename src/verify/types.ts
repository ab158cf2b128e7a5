import type { HeadRef } from '../errors.js'
import type { Keyring } from '../keys/keyring.js'
import type { Frontier } from '../merkle/frontier.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { CheckpointSet } from './checkpoints.js'

/** INVALID: something contradicts. INCOMPLETE: nothing contradicts, but what was asked for is not all there. */
export type Verdict = 'VALID' | 'INVALID' | 'INCOMPLETE'

/** Problem codes that make a chain INVALID. */
export const invalidCodes = [
  'LINE_MALFORMED',
  'LINE_TOO_LONG',
  'NOT_CANONICAL',
  'MEMBER_DUPLICATE',
  'MEMBER_FORBIDDEN',
  'FIELD_INVALID',
  'HASH_MISMATCH',
  'SIGNATURE_INVALID',
  'DETAILS_MISMATCH',
  'LINK_MISMATCH',
  'GENESIS_MISMATCH',
  'SEQ_GAP',
  'SEQ_REPEATED',
  'CHAIN_MISMATCH',
  'VERSION_CHANGED',
  'TIME_WENT_BACK',
  'TIME_IN_FUTURE',
  'KEY_OUTSIDE_WINDOW',
  'KEY_REVOKED',
  'KEY_NOT_ALLOWED',
  'DELEGATION_INVALID',
  'HEAD_MISMATCH',
  'CHECKPOINT_MISMATCH',
] as const

/** Problem codes that make a chain INCOMPLETE. */
export const incompleteCodes = [
  'EMPTY',
  'STARTS_LATE',
  'HEAD_NOT_REACHED',
  'CHECKPOINT_NOT_REACHED',
  'KEY_UNKNOWN',
  'KEY_REVOKED_UNDATED',
  'PRUNED',
  'LINE_UNTERMINATED',
  'UNSUPPORTED',
  'TAIL_UNPROVED',
] as const

/** What can be wrong with a chain. No name is both a problem code and an error code. */
export type ProblemCode = (typeof invalidCodes)[number] | (typeof incompleteCodes)[number]

/** What is worth knowing and changes no verdict. */
export type NoticeCode = 'LINE_NOT_CANONICAL' | 'DETAILS_ERASED'

/** Where something was found. */
export interface Finding<Code extends string> {
  readonly code: Code
  readonly seq?: number | undefined
  readonly receiptId?: string | undefined
  /** Counted from 1, where the source was lines. */
  readonly line?: number | undefined
  /** For people; holds no payload. */
  readonly message: string
  /** The signed checkpoints that show it to others too. */
  readonly notes?: readonly string[] | undefined
}

/** One problem. */
export interface Problem extends Finding<ProblemCode> {}
/** One notice. */
export interface Notice extends Finding<NoticeCode> {}

/** What proves that nothing was cut behind the last receipt. */
export type Tail = 'unproved' | 'expected-head' | 'checkpoint' | 'chain-end'

/** What a verdict is about. */
export interface Scope {
  /** As asked for, or else the first receipt's own claim. */
  readonly chainId?: string | undefined
  /** The `receiptHash` of seq 0, where seq 0 was seen: which chain of that name it is. */
  readonly root?: string | undefined
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
  readonly head?: HeadRef | undefined
  readonly tail: Tail
  /** The largest of `options.checkpoints` that the chain leads to. */
  readonly checkpoint?: ScopeCheckpoint | undefined
}

/** A checkpoint that a chain leads to. */
export interface ScopeCheckpoint {
  readonly origin: string
  /** How many receipts it covers, from seq 0 on. */
  readonly size: number
  /** When somebody who does not hold the chain's key had seen it. */
  readonly witnessedAt?: string | undefined
}

/** What the verifier found. There is no boolean: a verdict is one of three. */
export interface VerifyResult {
  readonly verdict: Verdict
  readonly scope: Scope
  /** How many receipts or lines were looked at. */
  readonly checked: number
  /** The first 1,000 problems, in order. */
  readonly problems: readonly Problem[]
  /** How many of each code, all of them counted. */
  readonly counts: Readonly<Partial<Record<ProblemCode | NoticeCode, number>>>
  /** The first 1,000 notices. */
  readonly notices: readonly Notice[]
}

/**
 * Somebody else's word about a chain: a checkpoint whose signatures were verified before it came here.
 * `transparency` makes them.
 */
export interface Anchor {
  readonly chainId: string
  /** How many receipts the chain had. */
  readonly size: number
  /** RFC 6962 root over the leaves of the first `size` receipts: `sha256:` and hex. */
  readonly rootHash: string
  /** When somebody who does not hold the chain's key saw it: it dates the receipts below `size`. */
  readonly witnessedAt?: string | undefined
}

/** What is kept of receipts that are not there any more. */
export interface ChainBeginning {
  /** The `receiptHash` of seq 0: it tells whose checkpoints are to be looked at. */
  readonly root: string
  /** The tree over the first receipts, at least all those that were removed; from a state, or from tiles. */
  readonly frontier: Frontier
}

/** What to hold a chain against. */
export interface VerifyOptions {
  /** The keys that are trusted; never taken from the data. */
  readonly keyring: Keyring
  /** The chain that is meant; by default the first receipt's claim is taken and shown in the scope. */
  readonly chainId?: string | undefined
  readonly expect?:
    | {
        /** The `receiptHash` of seq 0. */
        readonly root?: string | undefined
        /** A head noted elsewhere: a shorter chain is INCOMPLETE, another receipt there INVALID. */
        readonly head?: HeadRef | undefined
        /** The first seq that is asked for; default 0. */
        readonly fromSeq?: number | undefined
        /** The last seq that is asked for. */
        readonly toSeq?: number | undefined
        readonly minReceipts?: number | undefined
      }
    | undefined
  /** Makes an unproved tail INCOMPLETE. */
  readonly requireTail?: boolean | undefined
  /** Takes a pruned beginning for complete when a retention receipt proves it and all that went was that old. */
  readonly acceptPruned?: { readonly minDays: number } | undefined
  readonly anchors?: readonly Anchor[] | undefined
  /**
   * Checkpoints from elsewhere, from `openCheckpoints`. Those of this chain are found by its root; where none is, the chain is
   * INCOMPLETE. A chain that leads to another root is INVALID, one that is shorter INCOMPLETE.
   */
  readonly checkpoints?: CheckpointSet | undefined
  /** The chain that holds the checkpoints of all others: it is held against those of the log itself. */
  readonly logChain?: string | undefined
  /**
   * What a pruned chain is followed from. Nothing of it is believed: where it leads to a checkpoint, it was right, and otherwise
   * it has to be what a retention receipt says of what was removed.
   */
  readonly beginning?: ChainBeginning | undefined
  /** The judge's clock, default now; receipts more than 5 minutes ahead of it are INVALID. */
  readonly now?: Date | string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What can be verified: receipts, or lines as they are stored (which alone can show a duplicate member). */
export type ReceiptSource = Iterable<DecisionReceipt | string> | AsyncIterable<DecisionReceipt | string>
