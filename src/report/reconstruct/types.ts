/** The timeline of one decision, as data: what happened, who acted, and what is not there. */
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ProblemCode, Scope, Verdict, VerifyResult } from '../../verify/types.js'
import type { ReceiptRef } from '../statistics/receipt-ref.js'

/** What was asked for: one of them. */
export type ReconstructionSubject =
  | { readonly traceId: string }
  /** A case across days: `decisionId`. */
  | { readonly decisionId: string }
  /** A receipt: its trace, or else its case, or else the receipt itself. */
  | { readonly receiptId: string }

/** How a receipt came into the reconstruction. */
export type Relation =
  /** It is of the trace or the case. */
  | 'member'
  /** A member's parent, or a parent of that. */
  | 'parent'
  /** A member's child, or a child of that. */
  | 'child'
  /** A member links to it. */
  | 'linked'
  /** It links to what is here: oversight, annotation, correction, reversal. */
  | 'linking'
  /** It erases, holds or releases what is here. */
  | 'retention'

/** Whether a receipt can be relied on. */
export interface EntryState {
  /** `HOLDS`: the verifier found nothing against it. `BROKEN`: something contradicts. `UNPROVED`: a key that nobody vouches for, and the like. */
  readonly state: 'HOLDS' | 'BROKEN' | 'UNPROVED'
  readonly problems: readonly ProblemCode[]
}

/** One receipt on the timeline. */
export interface TimelineEntry extends EntryState {
  readonly ref: ReceiptRef
  readonly relation: Relation
  /** What it is ordered by: `startedAt`, or else when it was sealed. */
  readonly at: string
  readonly startedAt?: string | undefined
  readonly endedAt?: string | undefined
  /** When it was sealed: the ledger's clock. */
  readonly timestamp: string
  /** How deep it stands under its parents that are here. */
  readonly depth: number
  /** Its parent, where that is here. */
  readonly parent?: ReceiptRef | undefined
  readonly links: readonly {
    readonly rel: string
    readonly receiptId: string
    readonly chainId: string
    /** Whether it is here too. */
    readonly found: boolean
  }[]
  /** `erased`: there were some. Free text is not shown here; `quittance inspect` shows it. */
  readonly details: 'none' | 'present' | 'erased'
  /** All that it says, free text apart; absent where a member of it is not as the format has it. */
  readonly receipt?: Omit<DecisionReceipt, 'details'> | undefined
}

/** A tool call with its result. */
export interface ToolStep {
  readonly name: string
  readonly call: ReceiptRef
  readonly result?: ReceiptRef | undefined
  /** From the call's beginning to the result's end, as both say; in milliseconds. */
  readonly ms?: number | undefined
}

/** Who decided what, and when. */
export interface DecisionStep {
  readonly ref: ReceiptRef
  /** `person`: by a pseudonym; `system`: by its own name. */
  readonly by: 'system' | 'person'
  readonly who?: string | undefined
  /** The action, or what the person did. */
  readonly what: string
  readonly outcome?: string | undefined
  readonly at: string
}

/** A person, as receipts name one: a pseudonym. */
export interface Person {
  readonly id: string
  readonly pseudonymKeyId?: string | undefined
  readonly roles: readonly ('subject' | 'principal' | 'reviewer')[]
  readonly receipts: readonly ReceiptRef[]
}

/** A model that answered. */
export interface ModelUse {
  readonly modelId: string
  readonly providerId?: string | undefined
  readonly receipts: readonly ReceiptRef[]
}

/** Something that ought to be there. Codes are stable. */
export interface MissingPiece {
  readonly code:
    | 'NOTHING_FOUND'
    | 'PARENT_NOT_SEALED'
    | 'TOOL_RESULT_MISSING'
    | 'LINK_TARGET_MISSING'
    | 'CHAIN_NOT_READ'
    | 'DETAILS_ERASED'
    | 'RECEIPTS_PRUNED'
    | 'OVERSIGHT_MISSING'
    | 'REQUEST_OPEN'
    | 'RECEIPT_UNSOUND'
    | 'CHAIN_UNSOUND'
    | 'TRUNCATED'
  /** The receipt that shows it. */
  readonly by?: ReceiptRef | undefined
  /** What is not there. */
  readonly receiptId?: string | undefined
  readonly chainId?: string | undefined
  /** Of `RECEIPTS_PRUNED`: the first seq that is held. */
  readonly firstSeq?: number | undefined
}

/** What the verifier says of a chain that was read: the whole chain, not only the receipts here. */
export interface ReconstructedChain {
  readonly chainId: string
  readonly verdict: Verdict
  readonly scope: Scope
  readonly checked: number
  readonly counts: VerifyResult['counts']
  /** How many of its receipts are here. */
  readonly receipts: number
}

/** A decision, put together again. */
export interface Reconstruction {
  readonly format: 'quittance-reconstruction/1'
  readonly asOf: string
  readonly subject: ReconstructionSubject
  /** What the members share. */
  readonly traceIds: readonly string[]
  readonly decisionIds: readonly string[]
  /** The worst of `chains`; INCOMPLETE where there is none. */
  readonly verdict: Verdict
  /** Those that have a receipt here, and those that are INVALID, of which one may be lost; by name. */
  readonly chains: readonly ReconstructedChain[]
  /** How many chains were read. */
  readonly chainsRead: number
  /** By time; at the same time by chain and seq. */
  readonly timeline: readonly TimelineEntry[]
  readonly decisions: readonly DecisionStep[]
  readonly tools: readonly ToolStep[]
  readonly models: readonly ModelUse[]
  readonly people: readonly Person[]
  readonly missing: readonly MissingPiece[]
}
