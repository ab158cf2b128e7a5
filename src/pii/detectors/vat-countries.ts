/** Shapes of VAT ids and who checks them. */
import { stdnum, type Validator } from 'stdnum'

/** Says of an id without prefix and separators whether it can be one. */
type Check = (body: string) => boolean

/** One form of an id. */
export interface VatShape {
  readonly length: number
  readonly form: RegExp
  /** How sure it is with its prefix, in capitals, without a word nearby. */
  readonly score: number
  readonly valid: Check
}

/** A validator of the library; what it is given begins with `prefix`. */
function by(country: string, name: string, prefix = ''): Check {
  let check: Validator | undefined
  return (body) => {
    check ??= stdnum[country]?.[name]
    if (!check) throw new RangeError(`stdnum knows no ${country}.${name}`)
    return check.validate(prefix + body).isValid
  }
}

const digitAt = (body: string, at: number): number => body.charCodeAt(at) - 0x30

/** A sum of weighted digits; what leaves another rest needs no library, whose refusal is dear. */
function weighted(weights: readonly number[], modulus: number, ...rests: readonly number[]): Check {
  const allowed = new Set(rests)
  return (body) => {
    let sum = 0
    for (let at = 0; at < weights.length; at += 1) sum += digitAt(body, at) * (weights[at] as number)
    return allowed.has(sum % modulus)
  }
}

/** Luhn over the digits from `from` to `to`. */
function luhnFrom(from: number, to: number): Check {
  return (body) => {
    let sum = 0
    for (let at = to - 1, double = false; at >= from; at -= 1, double = !double) {
      const value = digitAt(body, at) * (double ? 2 : 1)
      sum += value > 9 ? value - 9 : value
    }
    return sum % 10 === 0
  }
}

/** ISO/IEC 7064 MOD 11,10. */
const mod11_10: Check = (body) => {
  let rest = 10
  for (let at = 0; at < body.length - 1; at += 1) {
    rest = (rest + digitAt(body, at)) % 10 || 10
    rest = (rest * 2) % 11
  }
  return (rest + digitAt(body, body.length - 1)) % 10 === 1
}

const modOf =
  (modulus: number, from: number, to: number, checkTo: number, rest: (sum: number) => number): Check =>
  (body) =>
    rest(Number(body.slice(from, to)) % modulus) === Number(body.slice(to, checkTo))

const both =
  (...checks: readonly Check[]): Check =>
  (body) =>
    checks.every((check) => check(body))

const either =
  (...checks: readonly Check[]): Check =>
  (body) =>
    checks.some((check) => check(body))

const shape = (length: number, form: RegExp, score: number, valid: Check): VatShape => ({ length, form, score, valid })

const digits = (length: number, score: number, valid: Check): VatShape => shape(length, /^[0-9]+$/, score, valid)

const unchecked: Check = () => true

const british = both(weighted([8, 7, 6, 5, 4, 3, 2, 10, 1], 97, 0, 42, 55), by('GB', 'vat'))
const romanian = by('RO', 'cif')
const czech = by('CZ', 'dic')
const siren = luhnFrom(2, 11)

const britain = [
  digits(12, 0.9, british),
  digits(9, 0.9, british),
  shape(5, /^(?:GD|HA)[0-9]{3}$/, 0.75, by('GB', 'vat')),
]

const greece = [digits(9, 0.85, by('GR', 'vat'))]

/** By prefix: the forms of its ids, without prefix and separators, the longest first. */
export const vatCountries: Readonly<Record<string, readonly VatShape[]>> = {
  AT: [shape(9, /^U[0-9]{8}$/, 0.92, by('AT', 'uid'))],
  BE: [
    shape(
      10,
      /^[01][0-9]{9}$/,
      0.92,
      both(
        modOf(97, 0, 8, 10, (sum) => 97 - sum),
        by('BE', 'vat'),
      ),
    ),
  ],
  BG: [digits(10, 0.75, either(by('BG', 'vat'), by('BG', 'egn'), by('BG', 'pnf'))), digits(9, 0.8, by('BG', 'vat'))],
  CH: [shape(10, /^E[0-9]{9}$/, 0.92, by('CH', 'uid', 'CH'))],
  CY: [shape(9, /^[0-9]{8}[A-Z]$/, 0.92, by('CY', 'vat'))],
  CZ: [digits(10, 0.75, czech), digits(9, 0.65, czech), digits(8, 0.75, czech)],
  DE: [digits(9, 0.9, both(mod11_10, by('DE', 'vat')))],
  DK: [digits(8, 0.75, both(weighted([2, 7, 6, 5, 4, 3, 2, 1], 11, 0), by('DK', 'cvr')))],
  EE: [digits(9, 0.8, both(weighted([3, 7, 1, 3, 7, 1, 3, 7, 1], 10, 0), by('EE', 'kmkr')))],
  EL: greece,
  ES: [shape(9, /^(?:[A-Z][0-9]{7}[A-Z0-9]|[0-9]{8}[A-Z])$/, 0.92, by('ES', 'nif'))],
  EU: [digits(9, 0.35, unchecked)],
  FI: [digits(8, 0.75, both(weighted([7, 9, 10, 5, 8, 4, 2, 1], 11, 0), by('FI', 'alv')))],
  FR: [
    shape(
      11,
      /^[0-9A-HJ-NP-Z]{2}[0-9]{9}$/,
      0.92,
      both((body) => body.startsWith('000', 2) || siren(body), by('FR', 'tva')),
    ),
  ],
  GB: britain,
  GR: greece,
  HR: [digits(11, 0.88, both(mod11_10, by('HR', 'oib')))],
  HU: [digits(8, 0.75, both(weighted([9, 7, 3, 1, 9, 7, 3, 1], 10, 0), by('HU', 'anum')))],
  IE: [
    shape(9, /^[0-9]{7}[A-W][A-I]$/, 0.92, by('IE', 'vat')),
    shape(8, /^[0-9][0-9A-Z+*][0-9]{5}[A-W]$/, 0.9, by('IE', 'vat')),
  ],
  IT: [digits(11, 0.88, both(luhnFrom(0, 11), by('IT', 'iva')))],
  LT: [digits(12, 0.88, by('LT', 'pvm')), digits(9, 0.8, by('LT', 'pvm'))],
  LU: [
    digits(
      8,
      0.8,
      both(
        modOf(89, 0, 6, 8, (sum) => sum),
        by('LU', 'tva'),
      ),
    ),
  ],
  LV: [digits(11, 0.8, by('LV', 'pvn'))],
  MT: [digits(8, 0.8, both(weighted([3, 4, 6, 7, 8, 9, 10, 1], 37, 0), by('MT', 'vat')))],
  NL: [shape(12, /^[0-9]{9}B(?!00)[0-9]{2}$/, 0.95, by('NL', 'btw'))],
  NO: [
    shape(12, /^[0-9]{9}MVA$/, 0.95, by('NO', 'mva')),
    digits(9, 0.6, both(weighted([3, 2, 7, 6, 5, 4, 3, 2, 1], 11, 0), by('NO', 'orgnr'))),
  ],
  PL: [digits(10, 0.8, both(weighted([6, 5, 7, 2, 3, 4, 5, 6, 7, -1], 11, 0), by('PL', 'nip')))],
  PT: [digits(9, 0.8, by('PT', 'nif'))],
  RO: [10, 9, 8, 7, 6, 5, 4, 3, 2].map((length) =>
    digits(length, length > 6 ? 0.75 : length > 5 ? 0.6 : 0.3, romanian),
  ),
  SE: [digits(12, 0.9, both(luhnFrom(0, 10), by('SE', 'vat')))],
  SI: [digits(8, 0.75, by('SI', 'ddv'))],
  SK: [
    digits(
      10,
      0.75,
      both((body) => Number(body) % 11 === 0, by('SK', 'dph')),
    ),
  ],
  XI: britain,
}

/** No id is longer, without its prefix and separators. */
export const LONGEST_VAT = 12

/** Countries whose ids are written without a prefix behind a word that says what they are. */
export const bareVat: readonly VatShape[] = ['NL', 'GB', 'DE', 'BE', 'IT', 'FR', 'AT', 'SE', 'IE', 'CY']
  .flatMap((code) => vatCountries[code] ?? [])
  .filter(({ length }) => length > 5)
