/**
 * How fast the detectors of accounts, cards, wallets, VAT ids and passports look through a megabyte, each alone: ordinary
 * English with sparse personal data, and what is worst for each. Folding and the scan for places are not in the figures.
 */

import type { Detector } from '../../src/pii/detector.js'
import { creditCard } from '../../src/pii/detectors/credit-card.js'
import { cryptoWallet } from '../../src/pii/detectors/crypto-wallet.js'
import { iban } from '../../src/pii/detectors/iban.js'
import { passport } from '../../src/pii/detectors/passport.js'
import { vat } from '../../src/pii/detectors/vat.js'
import { createBudget, scan } from '../../src/pii/haystack.js'

const SIZE = 1 << 20
const ROUNDS = 7

const filled = (unit: string): string => unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE)

const english = filled(
  `${`The committee met on 12 March 2024 in room 4.12 and agreed that the report should be sent to all members by Friday.
It was noted that 37 of the 120 replies came from firms with fewer than 50 employees; see section 3.2 (page 14).
When the weather is fine, people walk along the river until 10:30 and return at noon, some of them by bus no. 7.
"We never thought that it would take so long," she said, "but in the end everyone was content with what was done."
The budget of 1,250,000 EUR is 4.5 % above that of last year. Questions go to the office, phone extension 2291.
`.repeat(8)}Please transfer the rest to DE89 3704 0044 0532 0130 00 or charge the card 4111 1111 1111 1111.\n`,
)

const hostile: readonly (readonly [Detector, readonly string[]])[] = [
  [
    iban(),
    [
      'GT82 ',
      'LC55 LCLC ',
      'DE89 3704 0044 0532 0130 0 ',
      'DE89 3704 0044 0532 0130 00 ',
      'D E 8 9 3 7 ',
      'AT1',
      'a1 ',
      '1',
    ],
  ],
  [
    creditCard(),
    [
      '4111 1111 1111 1111 ',
      '4111111111111111 ',
      '4111 ',
      '4 ',
      '41 ',
      '411 ',
      '4',
      '4-4 4.',
      '4111111111111111,',
      'card 4111111111111111 ',
      '3 4 55 ',
    ],
  ],
  [
    cryptoWallet(),
    [
      '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 ',
      '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 ',
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5 ',
      '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed ',
      'a1',
      '1 ',
      '0x',
    ],
  ],
  [vat(), ['DE136695976 ', 'DE136695977 ', 'DE 1 ', 'ATU1', 'FR12 ', '1', 'GB 123 456 ', 'VAT 123456789 ']],
  [
    passport(),
    [
      'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n',
      '<<',
      '<',
      'A<<\n',
      'passport AB123456 ',
      'passport 123456789 ',
      'C01X00T47 ',
      '1',
    ],
  ],
]

function speed(detector: Detector, text: string): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    const haystack = scan(text, '', createBudget(60_000))
    const from = performance.now()
    detector.find(haystack, () => {})
    best = Math.min(best, performance.now() - from)
  }
  return text.length / best / 1_000
}

const one = (value: number): string => value.toFixed(value < 10 ? 1 : 0)

for (const [detector, units] of hostile) {
  const usual = speed(detector, english)
  console.log(`${detector.name.padEnd(14)} ordinary ${one(usual).padStart(6)} MB/s`)
  for (const unit of units)
    console.log(
      `  ${JSON.stringify(unit.length > 40 ? `${unit.slice(0, 40)}…` : unit).padEnd(46)} ${one(speed(detector, filled(unit))).padStart(6)} MB/s`,
    )
}
