/** What a writing child is told, and what it says. */
export interface WriterOrders {
  readonly dir: string
  readonly chainId: string
  readonly seed: number
  readonly inFlight: number
  /** Options of the file store. */
  readonly store: Readonly<Record<string, unknown>>
  /** When the clock began, and how many milliseconds a day takes. */
  readonly clock: { readonly begun: number; readonly dayMs: number }
  /** How likely an erasure, a prune and a state value are after an append. */
  readonly erase: number
  readonly prune: number
  /** Ends after so many appends; otherwise it goes on until it is killed. */
  readonly count?: number
  /** Bytes of free text, at most. */
  readonly text?: number
}

/** What the child says, a line each, once the store has told it so. */
export type Said =
  | { readonly says: 'ready' | 'done' }
  | { readonly says: 'acknowledged'; readonly id: string; readonly seq: number; readonly hash: string }
  | { readonly says: 'erasing' | 'erased'; readonly id: string }
  /** Before a prune: what is below may go from now on. After it: it is gone. */
  | { readonly says: 'pruning' | 'pruned'; readonly below: number }
  | { readonly says: 'failed'; readonly code: string; readonly outcome: string; readonly id: string }
