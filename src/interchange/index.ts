/** Receipts in the envelopes of other systems: DSSE with in-toto, and CloudEvents. COSE is in `quittance/interchange/cose`. */
export { cloudEvent, type ReceiptEvent, receiptOfEvent } from './cloud-events.js'
export { type DsseEnvelope, openDsse, preAuthEncoding, signDsse } from './dsse.js'
export { attest, RECEIPT_PREDICATE, type ReceiptStatement, receiptStatement, verifyAttestation } from './in-toto.js'
