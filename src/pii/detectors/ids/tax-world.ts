/** Tax and register numbers of firms, or of either, outside of Europe. */
import { digit, hasDay, luhn, number, ordinal, same, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

/** Campus codes that the IRS gives out. */
const einPrefix = /^(?:0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-58-9])/

const codeAt = (id: string, index: number): number => id.charCodeAt(index) - 48

/** Letters are allowed since 2026, each with its code less 48. */
function cnpj(id: string): boolean {
  if (same(id.slice(0, 12))) return false
  const check = (weights: readonly number[]): number => {
    let sum = 0
    for (let index = 0; index < weights.length; index += 1) sum += codeAt(id, index) * (weights[index] as number)
    return sum % 11 < 2 ? 0 : 11 - (sum % 11)
  }
  if (check([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) !== digit(id, 12)) return false
  return check([6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === digit(id, 13)
}

const gstinAlphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

function gstin(id: string): boolean {
  const state = number(id, 0, 2)
  if (state < 1 || (state > 38 && state < 97) || !/^..[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z][1-9A-Z]/.test(id))
    return false
  let sum = 0
  for (let index = 0; index < 14; index += 1) {
    const product = ordinal(id, index) * (index % 2 === 0 ? 1 : 2)
    sum += Math.floor(product / 36) + (product % 36)
  }
  return gstinAlphabet[(36 - (sum % 36)) % 36] === id[14]
}

const usccAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

function unifiedSocialCredit(id: string): boolean {
  const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
  let sum = 0
  for (let index = 0; index < 17; index += 1) {
    const value = usccAlphabet.indexOf(id[index] as string)
    if (value < 0) return false
    sum += value * (weights[index] as number)
  }
  return /^(?:1[129]|5[1239]|9[123]|Y1)/.test(id) && usccAlphabet[(31 - (sum % 31)) % 31] === id[17]
}

function businessNumberAustralia(id: string): boolean {
  return (weighted(id, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0
}

function cuit(id: string): boolean {
  if (!/^3[034]/.test(id)) return false
  const rest = 11 - (weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
  return (rest === 11 ? 0 : rest === 10 ? 9 : rest) === digit(id, 10)
}

/** Tax numbers outside of Europe. */
export const taxWorld: readonly Scheme[] = [
  {
    name: 'US EIN',
    forms: { '99-9999999': 0.5, '999999999': 0.15, '99 9999999': 0.15 },
    checked: false,
    check: (id) => einPrefix.test(id) && number(id, 2, 9) > 0,
    words: [
      'ein',
      'fein',
      'employer identification',
      'employer id',
      'federal tax id',
      'federal id',
      'tax id',
      'taxpayer',
      'irs',
      'w 9',
    ],
    kinds: ['tax'],
  },
  {
    name: 'CA business number',
    forms: {
      '999999999AA9999': 0.85,
      '999999999 AA9999': 0.85,
      '999999999 AA 9999': 0.85,
      '999999999': 0.2,
      '99999 9999 AA9999': 0.85,
    },
    checked: true,
    check: (id) => luhn(id, 0, 9) && (id.length === 9 || /^.{9}R[CMPRTZ]/.test(id)),
    words: ['business number', 'BN', 'gst', 'hst', 'cra', 'numéro d’entreprise', 'tps'],
    kinds: ['tax'],
  },
  {
    name: 'MX RFC of a firm',
    forms: { 'AAA999999***': 0.45, 'AAA-999999-***': 0.6 },
    checked: false,
    check: (id) => hasDay(id, 3, 5, 7) && /[0-9A]$/.test(id),
    words: ['rfc', 'r f c', 'registro federal'],
    kinds: ['tax'],
  },
  {
    name: 'BR CNPJ',
    forms: {
      '99.999.999/9999-99': 0.97,
      '**.***.***/****-99': 0.95,
      '99999999/9999-99': 0.85,
      '99999999999999': 0.45,
      '************99': 0.2,
      '99 999 999 9999 99': 0.5,
      '99.999.999.9999-99': 0.7,
    },
    checked: true,
    check: cnpj,
    words: ['cnpj', 'c n p j', 'cadastro nacional da pessoa jurídica'],
    kinds: ['tax'],
  },
  {
    name: 'AR CUIT',
    forms: { '99-99999999-9': 0.75, '99999999999': 0.2, '99 99999999 9': 0.4 },
    checked: true,
    check: cuit,
    words: ['cuit'],
    kinds: ['tax'],
  },
  {
    name: 'IN GSTIN',
    forms: alike(0.95, '99AAAAA9999A***'),
    checked: true,
    check: gstin,
    words: ['gst', 'gstin', 'gst no', 'gst number'],
    kinds: ['tax'],
  },
  {
    name: 'IN PAN of a firm',
    forms: { AAAAA9999A: 0.65 },
    checked: false,
    check: (id) => /^...[ABCFGHJLT]/.test(id) && !id.slice(5, 9).startsWith('0000'),
    words: ['pan', 'pan card', 'pan no', 'permanent account number', 'income tax'],
    kinds: ['tax'],
  },
  {
    name: 'AU ABN',
    forms: { '99 999 999 999': 0.6, '99999999999': 0.35, '99-999-999-999': 0.45 },
    checked: true,
    check: (id) => id[0] !== '0' && businessNumberAustralia(id),
    words: ['abn', 'a b n', 'australian business number'],
    kinds: ['tax'],
  },
  {
    name: 'AU ACN',
    forms: { '999 999 999': 0.3, '999999999': 0.25 },
    checked: true,
    check: (id) => (10 - (weighted(id, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digit(id, 8),
    words: ['acn', 'a c n', 'australian company number'],
    kinds: [],
  },
  {
    name: 'KR business registration',
    forms: { '999-99-99999': 0.65, '9999999999': 0.3 },
    checked: true,
    check: (id) =>
      (10 -
        ((weighted(id, [1, 3, 7, 1, 3, 7, 1, 3]) + Math.floor((digit(id, 8) * 5) / 10) + ((digit(id, 8) * 5) % 10)) %
          10)) %
        10 ===
        digit(id, 9) && !same(id),
    words: ['사업자등록번호', '사업자번호', 'business registration', 'brn'],
    kinds: ['tax'],
  },
  {
    name: 'JP corporate number',
    forms: { '9999999999999': 0.25, '9-9999-9999-9999': 0.6 },
    checked: true,
    check: (id) => 9 - (weighted(id, [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1], 1) % 9) === digit(id, 0),
    words: ['法人番号', 'corporate number', 'houjin bangou'],
    kinds: ['tax'],
  },
  {
    name: 'CN unified social credit code',
    forms: alike(0.85, '*9999999**********'),
    checked: true,
    check: unifiedSocialCredit,
    words: ['统一社会信用代码', 'unified social credit', 'uscc', '信用代码'],
    kinds: ['tax'],
  },
  {
    name: 'ZA tax reference',
    forms: { '9999999999': 0.25 },
    checked: true,
    check: (id) => /^[01239]/.test(id) && luhn(id) && !same(id),
    words: ['sars', 'tax reference', 'income tax reference', 'tax ref'],
    kinds: [],
  },
  {
    name: 'CL RUT of a firm',
    forms: { '99.999.999-*': 0.85, '99999999-*': 0.4 },
    checked: true,
    check(id) {
      let sum = 0
      for (let index = 7, weight = 2; index >= 0; index -= 1, weight = weight === 7 ? 2 : weight + 1)
        sum += digit(id, index) * weight
      const rest = 11 - (sum % 11)
      return number(id, 0, 8) >= 50_000_000 && id[8] === (rest === 11 ? '0' : rest === 10 ? 'K' : String(rest))
    },
    words: ['rut', 'rol único tributario', 'r u t'],
    kinds: ['tax'],
  },
]
