import type { ReceiptDraft, SourceDraft } from '../ledger/draft.js'
import type { Sink } from '../ledger/types.js'
import type { Check, ErrorInfo, HumanOversight, Model, Source, Tool } from '../receipt/types.js'

/** Where a receipt will stand: plain JSON, to be kept in a database or sent along, and given as `parent` later. */
export interface ReceiptRef {
  readonly chainId: string
  readonly tenantId: string
  readonly receiptId: string
  readonly traceId?: string | undefined
  readonly sessionId?: string | undefined
  readonly systemId?: string | undefined
}

/** What can be a parent: a `ref`, a sealed receipt, either as JSON that came back from somewhere, or a collector. */
export type ParentLike = ReceiptRef | { readonly ref: ReceiptRef }

/** What a link can point to: anything with an id; a sealed receipt brings its hash along. */
export type LinkTarget =
  | { readonly receiptId: string; readonly chainId?: string | undefined; readonly receiptHash?: string | undefined }
  | { readonly ref: ReceiptRef }

/** How a collector begins. */
export interface CollectorOptions {
  /** Where the receipt goes: a ledger, or anything that appends. Its redactor is used; a collector has none of its own. */
  readonly ledger: Sink
  /** For whom the decision is made. Required where there is no parent. */
  readonly tenantId?: string | undefined
  /** Default: the parent's, where it is of the same tenant, else the `tenantId`. */
  readonly chainId?: string | undefined
  /** Default `tool_call` with the option `tool`, else `decision`. */
  readonly eventType?: ReceiptDraft['eventType'] | undefined
  /** Which AI system decides; default the parent's. */
  readonly systemId?: string | undefined
  /** The request, across services; default the parent's. */
  readonly traceId?: string | undefined
  /** The conversation; default the parent's. */
  readonly sessionId?: string | undefined
  /** What caused this; default the collector that is current, `null` for none. */
  readonly parent?: ParentLike | null | undefined
  /** A lower-case UUID of version 7; default a new one. Give it where the same work may be delivered twice. */
  readonly receiptId?: string | undefined
  /** The tool that is called. */
  readonly tool?: Tool | undefined
}

/** Every name of `CollectorOptions`. */
export const optionNames = {
  ledger: true,
  tenantId: true,
  chainId: true,
  eventType: true,
  systemId: true,
  traceId: true,
  sessionId: true,
  parent: true,
  receiptId: true,
  tool: true,
} satisfies Record<keyof CollectorOptions, true>

/** What a receipt says beside the hash of its input or output. */
export interface ContentOptions {
  /** Where you keep the data itself: an id, never the data. */
  readonly ref?: string | undefined
  /** As `application/json`. */
  readonly mediaType?: string | undefined
  /** The content is not whole. */
  readonly partial?: true | undefined
}

/** How a piped stream is read. */
export interface PipeOptions<T> extends Omit<ContentOptions, 'partial'> {
  /** Takes the recorded text or bytes out of each chunk; `undefined` where it has none. Needed where chunks are neither. */
  readonly pick?: ((chunk: T) => string | Uint8Array | undefined) | undefined
}

/** One check; `fired` may be left out where `op`, `score` and `threshold` say it, or where `status` says that nothing was evaluated. */
export interface CheckFacts extends Omit<Check, 'name' | 'fired'> {
  readonly fired?: boolean | undefined
  /** Free text; goes to `details.checks`, redacted. */
  readonly detail?: string | undefined
}

/** Which model answered, and how it was asked. */
export interface ModelFacts extends Model {
  /** The model that answered. */
  readonly modelId?: string | undefined
  readonly providerId?: string | undefined
  readonly configDigest?: string | undefined
}

/** What a person did. */
export interface OversightFacts extends Omit<HumanOversight, 'reviewerId'> {
  /** Who, as you know them; only a keyed pseudonym reaches the receipt. Required unless `kind` is `request`. */
  readonly reviewer?: string | undefined
  /** Free text; goes to `details.oversight`, redacted. */
  readonly comment?: string | undefined
}

/** A tool, with its definition where its digest is still to be made. */
export interface ToolFacts extends Tool {
  /** Schema and description as the model saw them; only `definitionDigest`, SHA-256 of its JCS, reaches the receipt. */
  readonly definition?: unknown
}

/** What is known better than the thrown value tells. */
export interface ErrorFacts extends Partial<Omit<ErrorInfo, `x${string}`>> {}

/** What was found in a reference database. */
export interface MatchFacts extends Pick<Source, 'version' | 'hash' | 'trust'> {
  readonly found: boolean
  readonly count?: number | undefined
  readonly score?: number | undefined
  readonly threshold?: number | undefined
  /** The record found, as you know it; only a keyed pseudonym reaches the receipt. */
  readonly record?: string | undefined
}

/** A source that was consulted. */
export type SourceFacts = SourceDraft

/** Ids of the request, the span and the conversation. */
export interface TraceFacts {
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
  readonly sessionId?: string | undefined
}

/** An instant: a `Date`, milliseconds since 1970, or the text of ISO 8601 with its offset. */
export type Instant = Date | number | string

/** The period of use, where the collector's own clock doesn't know it. */
export interface TimingFacts {
  readonly startedAt?: Instant | undefined
  readonly endedAt?: Instant | undefined
}

/** The parts of `details` that have no setter of their own. */
export type DetailName = 'rationale' | 'factors' | 'config' | 'groups' | 'disclosures' | `x${string}`
