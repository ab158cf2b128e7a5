/** Gathers the facts of one receipt and hands them to a ledger. */
export { currentCollector, ReceiptCollector } from './collector.js'
export { receiptIdFrom } from './ids.js'
export type * from './options.js'
