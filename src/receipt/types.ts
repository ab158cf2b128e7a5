import type { Infer } from './schema/describe.js'
import type * as shapes from './schema/receipt.js'

/** Members that a deployer adds: `x` and a capital letter. They are covered by hash and signature. */
export interface Extensions {
  readonly [name: `x${string}`]: unknown
}

type Open<S> = Infer<S> & Extensions

/** What happened: closed, an unknown one is `UNSUPPORTED`. */
export type EventType = Infer<typeof shapes.eventType>
/** What the system did with a decision. The library never invents one. */
export type Action = Infer<typeof shapes.action>
/** A digest of content: `sha256:`, or keyed `hmac-sha256:`. */
export interface Commitment extends Infer<typeof shapes.commitment> {}
/** A typed pointer to another receipt. */
export interface Link extends Open<typeof shapes.link> {}
/** What was consulted: a document, a reference database. */
export interface Source extends Open<typeof shapes.source> {}
/** Token counts of a model call. */
export interface Usage extends Open<typeof shapes.usage> {}
/** That something failed, by code; the text is in `details`. */
export interface ErrorInfo extends Open<typeof shapes.errorInfo> {}
/** What a person did about a decision. */
export interface HumanOversight extends Open<typeof shapes.humanOversight> {}
/** The tool that was called. */
export interface Tool extends Open<typeof shapes.tool> {}
/** What kind of decision it was and how it fell out. */
export interface Decision extends Open<typeof shapes.decision> {}
/** How the model was asked and answered. */
export interface Model extends Open<typeof shapes.model> {}
/** One check and whether it fired. */
export interface Check extends Open<typeof shapes.check> {}
/** How the receipt came to be recorded. */
export interface Capture extends Open<typeof shapes.capture> {}
/** What the ledger says about the chain itself. */
export type SystemEvent = Infer<typeof shapes.system>
/** What changes trust. */
export type KeyEvent = Infer<typeof shapes.key>
/** What removes data, or forbids its removal. */
export type RetentionEvent = Infer<typeof shapes.retention>
/** Every free text of a receipt, erasable, under `detailsHash`. */
export interface Details extends Open<typeof shapes.details> {}

type Nested = {
  readonly links?: readonly Link[] | undefined
  readonly input?: Commitment | undefined
  readonly output?: Commitment | undefined
  readonly sources?: readonly Source[] | undefined
  readonly checks?: readonly Check[] | undefined
  readonly decision?: Decision | undefined
  readonly humanOversight?: HumanOversight | undefined
  readonly tool?: Tool | undefined
  readonly model?: Model | undefined
  readonly usage?: Usage | undefined
  readonly error?: ErrorInfo | undefined
  readonly capture?: Capture | undefined
  readonly system?: SystemEvent | undefined
  readonly key?: KeyEvent | undefined
  readonly retention?: RetentionEvent | undefined
  readonly details?: Details | undefined
}

/** One sealed, immutable record of one AI decision (or of what happened around it), format `quittance/1`. */
export interface DecisionReceipt extends Omit<Infer<typeof shapes.receipt>, keyof Nested>, Nested, Extensions {}

/** A receipt before it is sealed: what hash, link and signature will cover. */
export type UnsealedReceipt = Omit<DecisionReceipt, 'receiptHash' | 'signature'>
