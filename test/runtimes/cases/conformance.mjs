/** The published suites, on the parts that need nothing but a host. */
import { delegatedKey } from 'quittance/keys/delegated'
import { localKey } from 'quittance/keys/local'
import { creditCard, email, iban, ip, nationalId, phone, secret } from 'quittance/pii'
import { memoryStore } from 'quittance/store/memory'
import { detectorConformance, keyProviderConformance, storeConformance } from 'quittance/testing'

/** Puts what a suite is about before the names of its cases. */
export const named = (prefix, cases) => cases.map(({ name, run }) => ({ name: `${prefix}: ${name}`, run }))
const without = ['lease']

const inMemory = async () => ({ store: memoryStore() })
const detectors = [
  [email, 'EMAIL', 'a.b@example.com', 'a at b'],
  [ip, 'IP', '192.0.2.1', 'at 12:30:45'],
  [iban, 'IBAN', 'DE89 3704 0044 0532 0130 00', 'DE88 3704 0044 0532 0130 00'],
  [creditCard, 'CREDIT_CARD', '4111-1111-1111-1111', 'card 4111-1111-1111-1112'],
  [phone, 'PHONE', '+49 30 901820', 'ISBN 978-3-16-148410-0'],
  [nationalId, 'NATIONAL_ID', '12345678Z', 'DNI: no', 'DNI '],
  [secret, 'SECRET', 'Xk3!vv9Qp', 'password: reset it', 'password: '],
].flatMap(([make, type, value, left, before = 'it is ']) =>
  named(
    `the detector ${type}`,
    detectorConformance(make, {
      finds: [{ text: `${before}${value} now`, type, values: [value] }],
      leaves: [left],
    }),
  ),
)

export const conformanceCases = [
  ...named('memory store', storeConformance(inMemory, { without })),
  ...named(
    'a key from a seed',
    keyProviderConformance(async () => localKey({ seed: '11'.repeat(32) })),
  ),
  ...named(
    'a key of this process',
    keyProviderConformance(async () => localKey({ ephemeral: true })),
  ),
  ...named(
    'a delegated key',
    keyProviderConformance(async () => delegatedKey({ root: localKey({ seed: '22'.repeat(32) }), chains: ['*'] })),
  ),
  ...detectors,
]
