/** What tests need, independent of a test runner: the subpath `quittance/testing`. */
export * from './detector-conformance.js'
export * from './faulty-store.js'
export * from './key-provider-conformance.js'
export * from './receipts.js'
export * from './store-conformance.js'
export { type TestLedger, testLedger } from './test-ledger.js'
