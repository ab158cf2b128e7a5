/** India, China, Taiwan, Hong Kong, Korea, Japan, Singapore, Malaysia, Thailand, Pakistan, Indonesia, Australia, New Zealand, South Africa. */
import { digit, hasDay, isDay, luhn, number, ordinal, same, verhoeff, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

function chinese(id: string): boolean {
  if (
    !isDay(number(id, 6, 10), number(id, 10, 12), number(id, 12, 14)) ||
    number(id, 6, 10) < 1880 ||
    number(id, 6, 10) > 2060
  )
    return false
  const rest = weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11
  return '10X98765432'[rest] === id[17] && id[0] !== '0' && id[0] !== '9'
}

/** Numbers given since October 2020 have no check digit. */
function korean(id: string): boolean | number {
  if (!hasDay(id, 0, 2, 4)) return false
  const held = (11 - (weighted(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === digit(id, 12)
  return held ? true : number(id, 0, 2) >= 20 && number(id, 0, 2) <= 40 && /^.{6}[3478]/.test(id) ? -0.25 : false
}

function singapore(id: string): boolean {
  const sum = weighted(id, [2, 7, 6, 5, 4, 3, 2], 1)
  switch (id[0]) {
    case 'S':
      return 'JZIHGFEDCBA'[sum % 11] === id[8]
    case 'T':
      return 'JZIHGFEDCBA'[(sum + 4) % 11] === id[8]
    case 'F':
      return 'XWUTRQPNMLK'[sum % 11] === id[8]
    case 'G':
      return 'XWUTRQPNMLK'[(sum + 4) % 11] === id[8]
    case 'M':
      return 'KLJNPQRTUWX'[10 - ((sum + 3) % 11)] === id[8]
    default:
      return false
  }
}

function hongKong(id: string): boolean {
  const two = id.length === 9
  let sum = two ? ordinal(id, 0) * 9 + ordinal(id, 1) * 8 : 36 * 9 + ordinal(id, 0) * 8
  const from = two ? 2 : 1
  sum += weighted(id, [7, 6, 5, 4, 3, 2], from)
  const check = (11 - (sum % 11)) % 11
  return id.at(-1) === (check === 10 ? 'A' : String(check))
}

const taiwanese = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'

function taiwan(id: string): boolean {
  const area = taiwanese.indexOf(id[0] as string) + 10
  const gender = id[1] as string
  if (!'1289'.includes(gender)) return false
  const sum = Math.floor(area / 10) + (area % 10) * 9 + weighted(id, [8, 7, 6, 5, 4, 3, 2, 1, 1], 1)
  return sum % 10 === 0
}

function japan(id: string): boolean {
  const rest = weighted(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return (rest < 2 ? 0 : 11 - rest) === digit(id, 11) && !same(id)
}

function australianMedicare(id: string): boolean {
  return /^[2-6]/.test(id) && weighted(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digit(id, 8)
}

function newZealandTax(id: string): boolean {
  const full = id.padStart(9, '0')
  const value = number(full, 0, 9)
  if (value < 10_000_000 || value > 150_000_000) return false
  let check = (11 - (weighted(full, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
  if (check === 10) check = (11 - (weighted(full, [7, 4, 3, 2, 5, 2, 7, 6]) % 11)) % 11
  return check === digit(full, 8)
}

/** Numbers of persons in Asia, the Pacific and Africa. */
export const asiaPacificAfrica: readonly Scheme[] = [
  {
    name: 'IN Aadhaar',
    forms: { '9999 9999 9999': 0.45, '9999-9999-9999': 0.45, '999999999999': 0.35, '9999.9999.9999': 0.3 },
    checked: true,
    check: (id) => /^[2-9]/.test(id) && verhoeff(id) && !same(id),
    words: ['aadhaar', 'aadhar', 'adhaar', 'adhar', 'aadhaar number', 'aadhaar card', 'uidai', 'uid', 'आधार'],
    kinds: ['identity'],
  },
  {
    name: 'IN PAN',
    forms: { AAAAA9999A: 0.7 },
    checked: false,
    check: (id) => id[3] === 'P' && !id.slice(5, 9).startsWith('0000'),
    words: ['pan', 'pan card', 'pan no', 'pan number', 'permanent account number', 'permanent account', 'income tax'],
    kinds: ['tax'],
  },
  {
    name: 'IN EPIC',
    forms: alike(0.1, 'AAA9999999'),
    checked: true,
    check: (id) => luhn(id, 3, 10),
    words: ['epic', 'epic no', 'voter id', 'voter card', 'voters id', 'elector*', 'voter identity'],
    kinds: [],
  },
  {
    name: 'CN resident identity number',
    forms: alike(0.9, '99999999999999999*', '999999 99999999 999*', '999999-99999999-999*'),
    checked: true,
    check: chinese,
    words: ['身份证', '身分證', '公民身份号码', 'resident identity', 'shenfenzheng'],
    kinds: ['identity'],
  },
  {
    name: 'TW national id',
    forms: { A999999999: 0.4 },
    checked: true,
    check: taiwan,
    words: ['身分證', '身份證', '統一編號', 'taiwan', 'taiwanese', 'arc'],
    kinds: ['identity'],
  },
  {
    name: 'HK HKID',
    forms: { 'A999999(*)': 0.9, 'AA999999(*)': 0.9, 'A999999*': 0.2, 'AA999999*': 0.15 },
    checked: true,
    check: hongKong,
    words: ['hkid', 'hong kong id', 'hong kong identity', 'hkid no', '身份證', '香港身份證', 'hong kong'],
    kinds: ['identity'],
  },
  {
    name: 'KR RRN',
    forms: { '999999-9999999': 0.8, '9999999999999': 0.3, '999999 9999999': 0.5 },
    checked: true,
    check: korean,
    words: ['주민등록번호', '주민번호', '외국인등록번호', 'rrn', 'resident registration', 'jumin'],
    kinds: ['identity'],
  },
  {
    name: 'JP My Number',
    forms: { '999999999999': 0.35, '9999 9999 9999': 0.4, '9999-9999-9999': 0.4 },
    checked: true,
    check: japan,
    words: ['マイナンバー', '個人番号', 'my number', 'mynumber', 'individual number', 'kojin bango'],
    kinds: ['identity'],
  },
  {
    name: 'SG NRIC',
    forms: { A9999999A: 0.75, 'A-9999999-A': 0.8, 'A 9999999 A': 0.6 },
    checked: true,
    check: singapore,
    words: ['nric', 'fin', 'nric no', 'nric fin', 'singapore', 'ic no', 'ic number'],
    kinds: ['identity'],
  },
  {
    name: 'MY NRIC',
    forms: { '999999-99-9999': 0.75, '999999999999': 0.2, '999999 99 9999': 0.6 },
    checked: false,
    check(id) {
      const place = number(id, 6, 8)
      return (
        hasDay(id, 0, 2, 4) &&
        place > 0 &&
        (place < 17 ||
          (place > 20 && place < 69) ||
          place === 71 ||
          place === 72 ||
          (place > 73 && place < 80) ||
          place > 81)
      )
    },
    words: ['nric', 'mykad', 'kad pengenalan', 'no kp', 'ic no', 'ic number', 'i c', 'IC', 'malaysian'],
    kinds: [],
  },
  {
    name: 'TH identity number',
    forms: { '9-9999-99999-99-9': 0.9, '9 9999 99999 99 9': 0.85, '9999999999999': 0.35 },
    checked: true,
    check: (id) =>
      /^[1-8]/.test(id) && (11 - (weighted(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digit(id, 12),
    words: ['บัตรประชาชน', 'เลขประจำตัวประชาชน', 'thai id', 'thai national', 'thailand', 'บัตรประจำตัวประชาชน'],
    kinds: ['identity'],
  },
  {
    name: 'PK CNIC',
    forms: { '99999-9999999-9': 0.8, '9999999999999': 0.1 },
    checked: false,
    check: (id) => /^[1-7]/.test(id) && id[12] !== '0',
    words: ['cnic', 'nicop', 'nadra', 'شناختی کارڈ', 'computerized national identity'],
    kinds: ['identity'],
  },
  {
    name: 'ID NIK',
    forms: { '9999999999999999': 0.2 },
    checked: false,
    check(id) {
      const day = number(id, 6, 8)
      return (
        isDay(number(id, 10, 12), number(id, 8, 10), day > 40 ? day - 40 : day) &&
        /^(?:1[1-9]|2[1]|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-6])/.test(id)
      )
    },
    words: ['nik', 'ktp', 'nomor induk kependudukan', 'no ktp'],
    kinds: [],
  },
  {
    name: 'AU TFN',
    forms: {
      '999 999 999': 0.35,
      '999-999-999': 0.3,
      '999999999': 0.3,
      '99 999 999': 0.2,
      '99999999': 0.1,
      '999 99 999': 0.2,
    },
    checked: true,
    check(id) {
      const sum = id.length === 9 ? weighted(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) : weighted(id, [10, 7, 8, 4, 6, 3, 5, 1])
      return sum % 11 === 0 && !same(id)
    },
    words: ['tfn', 'tax file number', 'tax file no', 'tax file', 't f n'],
    kinds: ['tax'],
  },
  {
    name: 'AU Medicare',
    forms: {
      '9999 99999 9': 0.5,
      '9999 99999 9 9': 0.5,
      '9999-99999-9': 0.5,
      '9999999999': 0.25,
      '99999999999': 0.15,
      '9999 99999 9/9': 0.55,
      '9999 99999 9-9': 0.55,
    },
    checked: true,
    check: australianMedicare,
    words: ['medicare', 'medicare no', 'medicare number', 'medicare card'],
    kinds: ['health'],
  },
  {
    name: 'NZ IRD',
    forms: {
      '999-999-999': 0.35,
      '99-999-999': 0.35,
      '999999999': 0.25,
      '99999999': 0.1,
      '999 999 999': 0.3,
      '99 999 999': 0.2,
    },
    checked: true,
    check: newZealandTax,
    words: ['ird', 'ird number', 'ird no', 'inland revenue'],
    kinds: ['tax'],
  },
  {
    name: 'ZA identity number',
    forms: {
      '9999999999999': 0.45,
      '999999 9999 999': 0.7,
      '999999 9999 99 9': 0.7,
      '999999 9999 9 9 9': 0.75,
      '999999-9999-999': 0.7,
    },
    checked: true,
    check: (id) => hasDay(id, 0, 2, 4) && digit(id, 10) < 3 && luhn(id),
    words: ['south african id', 'south africa', 'sa id', 'rsa id', 'identiteitsnommer', 'id nommer', 'said', 'za id'],
    kinds: ['identity'],
  },
]
