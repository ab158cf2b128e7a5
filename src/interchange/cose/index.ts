/** COSE: SCITT signed statements and receipts of inclusion. Needs the package `cborg` (`npm install cborg`). */
export { coseReceipt, type Inclusion, type VerifiedInclusion, verifyCoseReceipt } from './receipt-of-inclusion.js'
export { signedStatement, type VerifiedStatement, verifyStatement, withReceipts } from './statement.js'
