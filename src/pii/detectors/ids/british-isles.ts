/** United Kingdom and Ireland. */
import { digit, same, weighted } from './arithmetic.js'
import type { Scheme } from './scheme.js'

const prefix = /^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]/

function pps(id: string): boolean {
  let sum = weighted(id, [8, 7, 6, 5, 4, 3, 2])
  const second = id.charCodeAt(8)
  if (id.length === 9) {
    if (!/[A-ITWXZ]$/.test(id)) return false
    // Old second letters, as for spouses, have no part in the check.
    if (second < 0x4a) sum += (second - 64) * 9
  }
  return 'WABCDEFGHIJKLMNOPQRSTUV'[sum % 23] === id[7]
}

/** Numbers of persons in the United Kingdom and Ireland. */
export const britishIsles: readonly Scheme[] = [
  {
    name: 'UK NINO',
    forms: {
      AA999999A: 0.7,
      'AA 99 99 99 A': 0.85,
      'AA-99-99-99-A': 0.8,
      'AA 999999 A': 0.75,
      'AA999999 A': 0.6,
      'AA 999999A': 0.6,
      'AA 99 99 99A': 0.75,
      'AA99 99 99A': 0.6,
      'AA99 99 99 A': 0.6,
      'AA-999999-A': 0.6,
      AA999999: 0.05,
    },
    checked: false,
    check(id) {
      if (id.length === 9 && !/[A-D]$/.test(id)) return false
      if (id.startsWith('QQ')) return -0.25
      return prefix.test(id)
    },
    words: [
      'nino',
      'ni number',
      'ni no',
      'NI',
      'national insurance',
      'national insurance number',
      'nat ins',
      'n i number',
    ],
    kinds: ['tax'],
  },
  {
    name: 'UK NHS',
    forms: { '999 999 9999': 0.4, '999-999-9999': 0.3, '9999999999': 0.3 },
    checked: true,
    check(id) {
      const check = 11 - (weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
      return check !== 10 && check % 11 === digit(id, 9) && !same(id)
    },
    words: [
      'nhs',
      'nhs number',
      'nhs no',
      'national health service',
      'CHI',
      'chi number',
      'h&c number',
      'health and care number',
      'community health index',
    ],
    kinds: ['health'],
  },
  {
    name: 'IE PPS',
    forms: { '9999999A': 0.45, '9999999AA': 0.55, '9999999 A': 0.25, '9999999 AA': 0.3, '9999999-A': 0.25 },
    checked: true,
    check: pps,
    words: ['pps', 'ppsn', 'pps number', 'pps no', 'personal public service', 'p p s', 'rsi number'],
    kinds: ['social', 'tax', 'identity'],
  },
]
