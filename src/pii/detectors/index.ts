/** The detectors that come with the package, by type. */
import type { Detector, PiiType } from '../detector.js'
import { creditCard } from './credit-card.js'
import { cryptoWallet } from './crypto-wallet.js'
import { dateOfBirth } from './date-of-birth.js'
import { email } from './email.js'
import { geo } from './geo.js'
import { iban } from './iban.js'
import { ip } from './ip.js'
import { mac } from './mac.js'
import { nationalId } from './national-id.js'
import { passport } from './passport.js'
import { person } from './person.js'
import { phone } from './phone.js'
import { secret } from './secret.js'
import { streetAddress } from './street-address.js'
import { taxId } from './tax-id.js'
import { url } from './url.js'
import { vat } from './vat.js'

/** Each type's detector, with its defaults. */
export const detectorOf: Readonly<Record<PiiType, () => Detector>> = {
  CREDIT_CARD: creditCard,
  CRYPTO_WALLET: cryptoWallet,
  DATE_OF_BIRTH: dateOfBirth,
  EMAIL: email,
  GEO: geo,
  IBAN: iban,
  IP: ip,
  MAC: mac,
  NATIONAL_ID: nationalId,
  PASSPORT: passport,
  PERSON: person,
  PHONE: phone,
  SECRET: secret,
  STREET_ADDRESS: streetAddress,
  TAX_ID: taxId,
  URL: url,
  VAT: vat,
}

/** Every type that comes with the package. */
export const allTypes = Object.keys(detectorOf) as readonly PiiType[]

/** What is looked for where nothing else is said: values that stand for one person or one account and can be checked. */
export const defaultTypes: readonly PiiType[] = ['EMAIL', 'PHONE', 'IP', 'IBAN', 'CREDIT_CARD', 'SECRET', 'NATIONAL_ID']
