import type { KeyProvider, Signer } from '../keys/provider.js'
import type { Frame } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Maybe } from './maybe.js'
import type { Lost } from './rollback.js'
import type { Wait } from './wait.js'

/** What a receipt of the ledger's own may depend on, when its turn comes. */
export interface Turn {
  /** What it will link to; `undefined` where the chain is empty. */
  readonly head: DecisionReceipt | undefined
  readonly signer: Signer
  /** What is known of receipts that a store lost; only where the order accepts that. */
  readonly lost: readonly Lost[]
}

/** A receipt that is there already, so that nothing is written. */
export interface Present {
  readonly present: DecisionReceipt
}

/** What is to be written, and under which terms. */
export interface Order {
  readonly receiptId: string
  /** Ready, or made anew (under the same id) whenever the order's turn comes; may throw, and then only this order fails. */
  readonly frame: Frame | ((turn: Turn) => Maybe<Frame | Present>)
  /** Never in one batch with others. */
  readonly alone?: boolean | undefined
  /** Takes the store's turn before it is written, where the store gives turns; only with `alone`. */
  readonly inTurn?: boolean | undefined
  /** Signs instead of the chain's own key. */
  readonly keys?: KeyProvider | undefined
  /** Is itself the `chain_start` of an empty chain. */
  readonly opens?: boolean | undefined
  /** Is asked though the chain has ended. */
  readonly afterEnd?: boolean | undefined
  /** Goes on though receipts are lost that can't be restored. */
  readonly acceptsRollback?: boolean | undefined
  /** Hears that the receipt is durable, also where its caller gave up waiting. */
  readonly onDurable?: ((receipt: DecisionReceipt) => void) | undefined
}

/** An order with whoever waits for it. */
export interface Entry {
  readonly order: Order
  readonly wait: Wait
}
