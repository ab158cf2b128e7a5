/** Removal of personal data: detectors, modes and the redactor that a ledger takes. */
export type { Detector, Haystack, PiiType, Positions, Report } from './detector.js'
export { REACH } from './detector.js'
export { creditCard } from './detectors/credit-card.js'
export { cryptoWallet } from './detectors/crypto-wallet.js'
export { dateOfBirth } from './detectors/date-of-birth.js'
export { email } from './detectors/email.js'
export { geo } from './detectors/geo.js'
export { iban } from './detectors/iban.js'
export { allTypes, defaultTypes } from './detectors/index.js'
export { ip } from './detectors/ip.js'
export { mac } from './detectors/mac.js'
export { nationalId } from './detectors/national-id.js'
export { passport } from './detectors/passport.js'
export { person } from './detectors/person.js'
export { phone } from './detectors/phone.js'
export { secret } from './detectors/secret.js'
export { streetAddress } from './detectors/street-address.js'
export { taxId } from './detectors/tax-id.js'
export { url } from './detectors/url.js'
export { vat } from './detectors/vat.js'
export {
  type ExternalDetector,
  type ExternalFinding,
  type ExternalOptions,
  withExternalDetectors,
} from './external.js'
export { type PiiOptions, type PiiRedactor, piiRedactor } from './pii-redactor.js'
export { type PresidioOptions, presidioDetector } from './presidio.js'
export type { RedactedText, RedactionContext, Redactor } from './redactor.js'
export type { Span } from './resolve.js'
