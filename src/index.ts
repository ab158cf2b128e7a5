/** quittance: seal, store and verify Decision Receipts. Everything of `quittance/verify` is here too. */

export type * from './collector/index.js'
export { currentCollector, ReceiptCollector, receiptIdFrom } from './collector/index.js'
export type { Delegation, DelegationCertificate, KeyProvider, Signer } from './keys/provider.js'
export type * from './ledger/draft.js'
export { createLedger } from './ledger/ledger.js'
export { commitmentProof } from './ledger/prove.js'
export { type RetentionPreset, retentionPresets } from './ledger/retention-presets.js'
export { type Keyed, type PseudonymRole, pseudonym } from './ledger/secret.js'
export type * from './ledger/types.js'
export type { RedactedText, RedactedValue, RedactionContext, Redactor } from './pii/redactor.js'
export type * from './store/store.js'
export * from './verify/index.js'
