import { QuittanceError } from '../errors.js'
import type { ReceiptDraft } from '../ledger/draft.js'
import type { Environment } from '../ledger/environment.js'
import type { Details, ErrorInfo } from '../receipt/types.js'
import type { PendingContent } from './content.js'
import { describeError } from './describe-error.js'
import type { Identity } from './identity.js'
import type { ContentOptions, ErrorFacts } from './options.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Content that is still flowing in, with what will stand beside its hash. */
export interface PendingMember {
  readonly content: PendingContent
  readonly options: ContentOptions
}

/** What a collector has gathered so far. Its values are frozen copies; only the members themselves change. */
export interface FactsState {
  readonly environment: Environment
  readonly draft: Mutable<Identity & Partial<Omit<ReceiptDraft, keyof Identity | 'details'>>>
  readonly details: Mutable<Partial<Omit<Details, 'salt'>>>
  readonly pending: Map<'input' | 'output', PendingMember>
  /** Whether a draft is being made or was made: nothing may change any more. */
  sealed: boolean
  /** Whether the output comes through `pipeOutput`. */
  piped: boolean
}

/**
 * @param identity - who and where
 * @param environment - clock and ids
 * @returns an empty state; its period of use begins now
 */
export function beginState(identity: Identity, environment: Environment): FactsState {
  return {
    environment,
    draft: { ...identity, startedAt: new Date(environment.now()).toISOString() },
    details: {},
    pending: new Map(),
    sealed: false,
    piped: false,
  }
}

/**
 * Records that the request failed.
 *
 * @param state - changed
 * @param thrown - anything
 * @param given - what is known better
 */
export function recordError(state: FactsState, thrown: unknown, given: ErrorFacts = {}): void {
  const { error, details } = describeError(thrown, given as Partial<ErrorInfo>)
  state.draft.error = Object.freeze(error)
  if (details) state.details.error = Object.freeze(details)
  else delete state.details.error
}

/**
 * @param state - of the collector
 * @param method - what was called too late
 * @throws QuittanceError `COLLECTOR_SEALED` once a draft is being made or was made
 */
export function demandOpen(state: FactsState, method: string): void {
  if (!state.sealed) return
  throw new QuittanceError('COLLECTOR_SEALED', `${method} came after the draft was made`, {
    details: { receiptId: state.draft.receiptId, chainId: state.draft.chainId },
  })
}
