/** Numbers of persons and firms: published examples, and seeded ones that a second way of checking has accepted. */
import { createRequire } from 'node:module'
import type { Validator } from 'stdnum'

const { stdnum } = createRequire(import.meta.url)('stdnum') as { stdnum: Record<string, Record<string, Validator>> }

/** A seeded source of numbers, the same in every run. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0')
const sumOf = (id: string, weights: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * Number(id[index]), 0)

type Random = (below: number) => number
const digits = (random: Random, count: number): string => Array.from({ length: count }, () => random(10)).join('')
const letters = (random: Random, count: number): string =>
  Array.from({ length: count }, () => 'ABCDEFGHJKLMNPRSTWXYZ'[random(21)]).join('')
const day = (random: Random, order: 'ymd' | 'dmy', from = 40, years = 50): string => {
  const [y, m, d] = [pad(from + random(years)), pad(1 + random(12)), pad(1 + random(28))]
  return order === 'ymd' ? `${y}${m}${d}` : `${d}${m}${y}`
}

/** What stdnum says. */
const library =
  (country: string, name: string, write: (id: string) => string = (id) => id) =>
  (id: string): boolean => {
    const validator = stdnum[country]?.[name]
    if (!validator) throw new Error(`stdnum has no ${country} ${name}`)
    return validator.validate(write(id)).isValid
  }

/** Luhn in the words of ISO/IEC 7812-1, from the left. */
const luhn = (id: string): boolean =>
  [...id].reverse().reduce((sum, sign, index) => {
    const value = Number(sign) * (index % 2 === 0 ? 1 : 2)
    return sum + Math.floor(value / 10) + (value % 10)
  }, 0) %
    10 ===
  0

/** Verhoeff's check digit through the group of symmetries itself: a pentagon turned (0-4) or turned and mirrored (5-9). */
const verhoeffDigit = (id: string): number => {
  const times = (a: number, b: number): number =>
    a < 5 ? (b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5)) : b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5
  const move = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
  const moved = (value: number, count: number): number =>
    count === 0 ? value : moved(move[value] as number, count - 1)
  const product = [...id].reverse().reduce((sum, sign, index) => times(sum, moved(Number(sign), (index + 1) % 8)), 0)
  return Array.from({ length: 10 }, (_, value) => value).find((value) => times(product, value) === 0) as number
}

/** A scheme, how to make candidates, and a second way to tell which are valid. */
export interface Source {
  readonly scheme: string
  /** Officially published or widely documented examples, without separators. */
  readonly published: readonly string[]
  readonly make: (random: Random) => string
  readonly valid: (id: string) => boolean
}

const letterValue = (letter: string): string => pad(letter.charCodeAt(0) - 64)
const crossSum = (value: number): number => Math.floor(value / 10) + (value % 10)

/** Numbers of persons. */
export const personSources: readonly Source[] = [
  {
    scheme: 'US SSN',
    published: ['078051120', '219099999'],
    make: (r) => `${100 + r(500)}${10 + r(89)}${1000 + r(8999)}`,
    valid: library('US', 'ssn'),
  },
  {
    scheme: 'CA SIN',
    published: ['046454286'],
    make: (r) => `${1 + r(7)}${digits(r, 8)}`,
    valid: library('CA', 'sin'),
  },
  {
    scheme: 'MX CURP',
    published: ['BOXW310820HNERXN09'],
    make: (r) => `${letters(r, 4)}${day(r, 'ymd')}H${['DF', 'JC', 'NL'][r(3)]}BCD${digits(r, 2)}`,
    valid: library('MX', 'curp'),
  },
  {
    scheme: 'MX RFC',
    published: ['GODE561231GR8'],
    make: () => 'GODE561231GR8',
    valid: library('MX', 'rfc'),
  },
  {
    scheme: 'BR CPF',
    published: ['11144477735', '39053344705'],
    make: (r) => digits(r, 11),
    valid: library('BR', 'cpf'),
  },
  {
    scheme: 'AR CUIL',
    published: ['20055361682'],
    make: (r) => `2${[0, 3, 4, 7][r(4)]}${digits(r, 9)}`,
    valid: library('AR', 'cuit'),
  },
  {
    scheme: 'CL RUT',
    published: ['125319092'],
    make: (r) => `${10 + r(15)}${digits(r, 7)}`,
    valid: library('CL', 'rut'),
  },
  { scheme: 'UY CI', published: [], make: (r) => `${1 + r(6)}${digits(r, 7)}`, valid: library('UY', 'cedula') },
  {
    scheme: 'EC CI',
    published: ['1714307103'],
    make: (r) => `${pad(1 + r(24))}${r(6)}${digits(r, 7)}`,
    valid: library('EC', 'ci'),
  },
  { scheme: 'DO cédula', published: ['00113918205'], make: (r) => `0${digits(r, 10)}`, valid: library('DO', 'cedula') },
  {
    scheme: 'UK NINO',
    published: ['AB123456C'],
    make: (r) => `A${'BCEHJ'[r(5)]}${digits(r, 6)}${'ABCD'[r(4)]}`,
    valid: library('GB', 'nino'),
  },
  {
    scheme: 'UK NHS',
    published: ['9434765919', '4010232137'],
    make: (r) => `4${digits(r, 9)}`,
    valid: (id) => (sumOf(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) + Number(id[9])) % 11 === 0,
  },
  {
    scheme: 'IE PPS',
    published: ['6433435F', '1234567FA', '6433435OA'],
    make: (r) => `${digits(r, 7)}${letters(r, 1)}`,
    valid: library('IE', 'pps'),
  },
  {
    scheme: 'DE IdNr',
    published: ['36574261809', '86095742719'],
    make: (r) => {
      const order = Array.from({ length: 10 }, (_, index) => index).sort(() => r(3) - 1)
      const from = order.slice(0, 9)
      from.splice(r(9), 0, order[0] as number)
      return `${from.join('')}${r(10)}`
    },
    valid: (id) => library('DE', 'idnr')(id) && !/(\d)\1\1/.test(id) && id[0] !== '0',
  },
  {
    scheme: 'DE Rentenversicherung',
    published: ['15070649C103'],
    make: (r) => `${['12', '13', '65', '53'][r(4)]}${day(r, 'dmy')}${letters(r, 1)}${digits(r, 3)}`,
    valid: library('DE', 'svnr'),
  },
  {
    scheme: 'DE Krankenversicherung',
    published: ['A123456780'],
    make: (r) => `${letters(r, 1)}${digits(r, 9)}`,
    valid: (id) => {
      const all = `${letterValue(id[0] as string)}${id.slice(1)}`
      return (
        [...all.slice(0, 10)].reduce(
          (sum, sign, index) => sum + crossSum(Number(sign) * (index % 2 === 0 ? 1 : 2)),
          0,
        ) %
          10 ===
        Number(all[10])
      )
    },
  },
  {
    scheme: 'DE Personalausweis',
    published: ['T220001293', 'L01X00T471', 'LZ6311T475'],
    make: (r) => `L${digits(r, 9)}`,
    valid: library('DE', 'pwnr'),
  },
  {
    scheme: 'AT VNR',
    published: ['1237010180'],
    make: (r) => `${1 + r(9)}${digits(r, 3)}${day(r, 'dmy')}`,
    valid: library('AT', 'vnr'),
  },
  { scheme: 'CH AHV', published: ['7569217076985'], make: (r) => `756${digits(r, 10)}`, valid: library('CH', 'ssn') },
  {
    scheme: 'NL BSN',
    published: ['111222333', '123456782'],
    make: (r) => `${1 + r(9)}${digits(r, 8)}`,
    valid: library('NL', 'bsn'),
  },
  {
    scheme: 'BE national number',
    published: ['85073003328'],
    make: (r) => `${day(r, 'ymd')}${digits(r, 5)}`,
    valid: library('BE', 'insz'),
  },
  {
    scheme: 'LU matricule',
    published: ['1893120105732'],
    make: (r) => `19${day(r, 'ymd')}${digits(r, 5)}`,
    valid: (id) => luhn(id.slice(0, 12)) && verhoeffDigit(id.slice(0, 11)) === Number(id[12]),
  },
  {
    scheme: 'FR NIR',
    published: ['184127645108946', '255081416802538'],
    make: (r) =>
      `${1 + r(2)}${pad(40 + r(50))}${pad(1 + r(12))}${pad(1 + r(95))}${pad(1 + r(900), 3)}${pad(1 + r(990), 3)}${digits(r, 2)}`,
    valid: library('FR', 'nir'),
  },
  {
    scheme: 'FR numéro fiscal',
    published: ['0701987765493'],
    make: (r) => `${r(4)}${digits(r, 9)}${pad(r(511), 3)}`,
    valid: library('FR', 'nif'),
  },
  {
    scheme: 'ES DNI',
    published: ['12345678Z', '00000001R'],
    make: (r) => `${digits(r, 8)}${letters(r, 1)}`,
    valid: library('ES', 'dni'),
  },
  {
    scheme: 'ES NIE',
    published: ['X1234567L', 'Z8078221M'],
    make: (r) => `${'XYZ'[r(3)]}${digits(r, 7)}${letters(r, 1)}`,
    valid: library('ES', 'nie'),
  },
  {
    scheme: 'ES NSS',
    published: ['281234567840'],
    make: (r) => `${pad(1 + r(50))}${digits(r, 10)}`,
    valid: (id) =>
      (Number(id.slice(2, 10)) < 10_000_000
        ? Number(id.slice(0, 2)) * 10_000_000 + Number(id.slice(2, 10))
        : Number(id.slice(0, 10))) %
        97 ===
      Number(id.slice(10)),
  },
  {
    scheme: 'PT NIF',
    published: ['123456789'],
    make: (r) => `${1 + r(3)}${digits(r, 8)}`,
    valid: library('PT', 'nif'),
  },
  {
    scheme: 'PT CC',
    published: ['000000000ZZ4'],
    make: (r) => `${digits(r, 9)}${letters(r, 2)}${r(10)}`,
    valid: library('PT', 'cc'),
  },
  {
    scheme: 'PT NISS',
    published: [],
    make: (r) => `1${digits(r, 10)}`,
    valid: (id) => 9 - (sumOf(id, [29, 23, 19, 17, 13, 11, 7, 5, 3, 2]) % 10) === Number(id[10]),
  },
  {
    scheme: 'IT codice fiscale',
    published: ['RSSMRA85M01H501Q', 'RSSMRA85T10A562S', 'RCCMNL83S18D969H', 'RCCMNL83S18D96VW'],
    make: (r) =>
      `${letters(r, 6)}${pad(40 + r(50))}${'ABCDEHLMPRST'[r(12)]}${pad(1 + r(28))}${letters(r, 1)}${digits(r, 3)}${letters(r, 1)}`,
    valid: library('IT', 'codicefiscale'),
  },
  {
    scheme: 'GR AMKA',
    published: ['01013099997'],
    make: (r) => `${day(r, 'dmy')}${digits(r, 5)}`,
    valid: library('GR', 'amka'),
  },
  {
    scheme: 'GR AFM',
    published: ['094259216'],
    make: (r) => `1${digits(r, 8)}`,
    valid: library('GR', 'vat'),
  },
  {
    scheme: 'CY tax number',
    published: ['10259033P'],
    make: (r) => `0${digits(r, 7)}${letters(r, 1)}`,
    valid: library('CY', 'vat'),
  },
  {
    scheme: 'SE personnummer',
    published: ['8112289874', '198507099805'],
    make: (r) => `${day(r, 'ymd')}${digits(r, 4)}`,
    valid: library('SE', 'personnummer', (id) => `${id.slice(0, -4)}-${id.slice(-4)}`),
  },
  {
    scheme: 'NO fødselsnummer',
    published: ['15108695088'],
    make: (r) => `${day(r, 'dmy')}${digits(r, 5)}`,
    valid: library('NO', 'fodselsnummer'),
  },
  {
    scheme: 'DK CPR',
    published: ['2110625629'],
    make: (r) => `${day(r, 'dmy')}${digits(r, 4)}`,
    valid: library('DK', 'cpr'),
  },
  {
    scheme: 'FI henkilötunnus',
    published: ['131052308T'],
    make: (r) => `${day(r, 'dmy')}${pad(2 + r(890), 3)}${letters(r, 1)}`,
    valid: library('FI', 'hetu', (id) => `${id.slice(0, 6)}-${id.slice(6)}`),
  },
  {
    scheme: 'IS kennitala',
    published: ['1201743399'],
    make: (r) => `${day(r, 'dmy')}${digits(r, 3)}9`,
    valid: library('IS', 'kennitala'),
  },
  {
    scheme: 'EE isikukood, LT asmens kodas',
    published: ['37605030299', '33309240064'],
    make: (r) => `${3 + r(2)}${day(r, 'ymd')}${digits(r, 4)}`,
    valid: library('EE', 'ik'),
  },
  {
    scheme: 'LV personas kods',
    published: ['16117519997'],
    make: (r) => `${day(r, 'dmy')}1${digits(r, 4)}`,
    valid: library('LV', 'pvn'),
  },
  {
    scheme: 'PL PESEL',
    published: ['44051401359', '02070803628'],
    make: (r) => `${day(r, 'ymd')}${digits(r, 5)}`,
    valid: library('PL', 'pesel'),
  },
  {
    scheme: 'PL identity card',
    published: ['ABA300000'],
    make: (r) => `A${letters(r, 2)}${digits(r, 6)}`,
    valid: (id) =>
      [...id].reduce(
        (sum, sign, index) => sum + Number.parseInt(sign, 36) * ([7, 3, 1, 9, 7, 3, 1, 7, 3][index] as number),
        0,
      ) %
        10 ===
      0,
  },
  {
    scheme: 'CZ, SK rodné číslo',
    published: ['7103192745'],
    make: (r) => `${pad(54 + r(40))}${pad(1 + r(12) + 50 * r(2))}${pad(1 + r(28))}${digits(r, 4)}`,
    valid: (id) => Number(id) % 11 === 0 && library('CZ', 'rc')(id),
  },
  {
    scheme: 'HU TAJ',
    published: ['111111110'],
    make: (r) => digits(r, 9),
    valid: (id) => sumOf(id, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === Number(id[8]),
  },
  {
    scheme: 'HU adóazonosító jel',
    published: ['8071592153'],
    make: (r) => `8${digits(r, 9)}`,
    valid: (id) => sumOf(id, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === Number(id[9]),
  },
  {
    scheme: 'HU személyi szám',
    published: [],
    make: (r) => `1${day(r, 'ymd')}${digits(r, 4)}`,
    valid: (id) => sumOf(id, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 11 === Number(id[10]),
  },
  {
    scheme: 'RO CNP',
    published: ['1800101221144'],
    make: (r) => `${1 + r(2)}${day(r, 'ymd')}${pad(1 + r(40))}${digits(r, 4)}`,
    valid: library('RO', 'cnp'),
  },
  {
    scheme: 'BG EGN',
    published: ['7523169263', '6101057509'],
    make: (r) => `${day(r, 'ymd')}${digits(r, 4)}`,
    valid: library('BG', 'egn'),
  },
  { scheme: 'BG LNCh', published: ['7111042925'], make: (r) => digits(r, 10), valid: library('BG', 'pnf') },
  { scheme: 'HR OIB', published: ['33392005961'], make: (r) => digits(r, 11), valid: library('HR', 'oib') },
  {
    scheme: 'JMBG, EMŠO',
    published: ['0101006500006', '0108980500506'],
    make: (r) => `${pad(1 + r(28))}${pad(1 + r(12))}9${digits(r, 8)}`,
    valid: library('SI', 'emso'),
  },
  {
    scheme: 'SI davčna številka',
    published: ['15012557'],
    make: (r) => `${1 + r(9)}${digits(r, 7)}`,
    valid: (id) => sumOf(id, [8, 7, 6, 5, 4, 3, 2]) % 11 > 0 && library('SI', 'ddv')(id),
  },
  {
    scheme: 'RU INN',
    published: ['500100732259'],
    make: (r) => digits(r, 12),
    valid: library('RU', 'inn'),
  },
  {
    scheme: 'RU SNILS',
    published: ['11223344595', '08765430300'],
    make: (r) => `1${digits(r, 10)}`,
    valid: (id) => {
      let sum = sumOf(id, [9, 8, 7, 6, 5, 4, 3, 2, 1])
      while (sum > 101) sum %= 101
      return (sum === 100 || sum === 101 ? 0 : sum) === Number(id.slice(9))
    },
  },
  {
    scheme: 'UA RNTRC',
    published: ['1759013776'],
    make: (r) => digits(r, 10),
    valid: library('UA', 'rntrc'),
  },
  {
    scheme: 'TR T.C. Kimlik',
    published: ['17291716060', '10000000146'],
    make: (r) => `1${digits(r, 10)}`,
    valid: library('TR', 'tckimlik'),
  },
  { scheme: 'IL identity number', published: ['039337423'], make: (r) => digits(r, 9), valid: library('IL', 'idnr') },
  {
    scheme: 'IN Aadhaar',
    published: ['234123412346'],
    make: (r) => `2${digits(r, 11)}`,
    valid: library('IN', 'aadhaar'),
  },
  {
    scheme: 'IN PAN',
    published: ['ABCPE1234F'],
    make: (r) => `${letters(r, 3)}P${letters(r, 1)}${digits(r, 4)}${letters(r, 1)}`,
    valid: library('IN', 'pan'),
  },
  {
    scheme: 'IN EPIC',
    published: ['WKH1186253'],
    make: (r) => `${letters(r, 3)}${digits(r, 7)}`,
    valid: library('IN', 'epic'),
  },
  {
    scheme: 'CN resident identity number',
    published: ['11010519491231002X', '440524188001010014'],
    make: (r) => `110105${19}${day(r, 'ymd')}${digits(r, 4)}`,
    valid: library('CN', 'ric'),
  },
  {
    scheme: 'TW national id',
    published: ['A123456789'],
    make: (r) => `A1${digits(r, 8)}`,
    valid: library('TW', 'natid'),
  },
  {
    scheme: 'HK HKID',
    published: ['A1234563'],
    make: (r) => `${letters(r, 1)}${digits(r, 7)}`,
    valid: library('HK', 'hkid'),
  },
  {
    scheme: 'KR RRN',
    published: ['9710139019902'],
    make: (r) => `${day(r, 'ymd')}1${digits(r, 6)}`,
    valid: library('KR', 'rrn'),
  },
  {
    scheme: 'JP My Number',
    published: ['123456789018'],
    make: (r) => digits(r, 12),
    valid: (id) => {
      const rest =
        [...id.slice(0, 11)]
          .reverse()
          .reduce((sum, sign, index) => sum + Number(sign) * (index < 6 ? index + 2 : index - 4), 0) % 11
      return (rest <= 1 ? 0 : 11 - rest) === Number(id[11])
    },
  },
  {
    scheme: 'SG NRIC',
    published: ['S1234567D', 'G1234567X'],
    make: (r) => `S${digits(r, 7)}${'ABCDEFGHIZJ'[r(11)]}`,
    valid: (id) => 'JZIHGFEDCBA'[sumOf(id.slice(1), [2, 7, 6, 5, 4, 3, 2]) % 11] === id[8],
  },
  {
    scheme: 'MY NRIC',
    published: ['770305021234'],
    make: (r) => `${day(r, 'ymd')}${pad(1 + r(16))}${digits(r, 4)}`,
    valid: library('MY', 'nric'),
  },
  {
    scheme: 'TH identity number',
    published: ['3100600445635'],
    make: (r) => `${1 + r(8)}${digits(r, 12)}`,
    valid: library('TH', 'idnr'),
  },
  {
    scheme: 'PK CNIC',
    published: ['3420112345679'],
    make: (r) => `3${digits(r, 11)}1`,
    valid: library('PK', 'cnic'),
  },
  { scheme: 'AU TFN', published: ['123456782'], make: (r) => `1${digits(r, 8)}`, valid: library('AU', 'tfn') },
  {
    scheme: 'AU Medicare',
    published: [],
    make: (r) => `2${digits(r, 9)}`,
    valid: (id) => sumOf(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(id[8]),
  },
  {
    scheme: 'NZ IRD',
    published: ['049091850', '136410132'],
    make: (r) => `1${r(4)}${digits(r, 7)}`,
    valid: library('NZ', 'ird'),
  },
  {
    scheme: 'ZA identity number',
    published: ['8001015009087'],
    make: (r) => `${day(r, 'ymd')}${digits(r, 4)}0${digits(r, 2)}`,
    valid: library('ZA', 'idnr'),
  },
]

/** Numbers of firms, or of either. */
export const firmSources: readonly Source[] = [
  {
    scheme: 'AT Abgabenkontonummer',
    published: ['591199013'],
    make: (r) => `${pad(3 + r(2))}${digits(r, 7)}`,
    valid: library('AT', 'tin'),
  },
  { scheme: 'CH UID', published: ['CHE100155212'], make: (r) => `CHE${digits(r, 9)}`, valid: library('CH', 'uid') },
  { scheme: 'UK UTR', published: ['1955839661'], make: (r) => digits(r, 10), valid: library('GB', 'utr') },
  {
    scheme: 'IT partita IVA',
    published: ['00743110157'],
    make: (r) => `${digits(r, 7)}0${pad(1 + r(99))}${r(10)}`,
    valid: library('IT', 'iva'),
  },
  {
    scheme: 'FR SIREN',
    published: ['732829320', '552008443'],
    make: (r) => digits(r, 9),
    valid: library('FR', 'siren'),
  },
  {
    scheme: 'FR SIRET',
    published: ['73282932000074'],
    make: (r) => `732829320${digits(r, 5)}`,
    valid: library('FR', 'siret'),
  },
  {
    scheme: 'ES CIF',
    published: ['A13585625', 'J99216582'],
    make: (r) => `B${digits(r, 8)}`,
    valid: library('ES', 'cif'),
  },
  {
    scheme: 'PT NIPC',
    published: ['501964843'],
    make: (r) => `5${digits(r, 8)}`,
    valid: library('PT', 'nif'),
  },
  { scheme: 'NL RSIN', published: ['123456782'], make: (r) => digits(r, 9), valid: library('NL', 'bsn') },
  {
    scheme: 'BE ondernemingsnummer',
    published: ['0403019261'],
    make: (r) => `0${digits(r, 9)}`,
    valid: library('BE', 'vat'),
  },
  { scheme: 'DK CVR', published: ['13585628'], make: (r) => `1${digits(r, 7)}`, valid: library('DK', 'cvr') },
  {
    scheme: 'SE organisationsnummer',
    published: ['1234567897'],
    make: (r) => `55${2 + r(7)}${digits(r, 7)}`,
    valid: library('SE', 'orgnr'),
  },
  {
    scheme: 'NO organisasjonsnummer',
    published: ['988077917'],
    make: (r) => `9${digits(r, 8)}`,
    valid: library('NO', 'orgnr'),
  },
  { scheme: 'FI Y-tunnus', published: ['20774740'], make: (r) => digits(r, 8), valid: library('FI', 'ytunnus') },
  { scheme: 'PL NIP', published: ['8567346215'], make: (r) => `8${digits(r, 9)}`, valid: library('PL', 'nip') },
  {
    scheme: 'PL REGON',
    published: ['192598184'],
    make: (r) => digits(r, 9),
    valid: library('PL', 'regon'),
  },
  {
    scheme: 'CZ, SK IČO',
    published: ['25123891'],
    make: (r) => `2${digits(r, 7)}`,
    valid: library('CZ', 'ico'),
  },
  { scheme: 'SK DIČ', published: ['2022749619'], make: (r) => `202${digits(r, 7)}`, valid: library('SK', 'dph') },
  { scheme: 'HU adószám', published: ['12892312'], make: (r) => digits(r, 8), valid: library('HU', 'anum') },
  {
    scheme: 'RO CUI',
    published: ['18547290'],
    make: (r) => `1${digits(r, 7)}`,
    valid: library('RO', 'cui'),
  },
  {
    scheme: 'BG EIK',
    published: ['175074752'],
    make: (r) => `1${digits(r, 8)}`,
    valid: library('BG', 'vat'),
  },
  {
    scheme: 'RU INN of a firm',
    published: ['7707083893'],
    make: (r) => digits(r, 10),
    valid: library('RU', 'inn'),
  },
  { scheme: 'TR VKN', published: ['4540536920'], make: (r) => digits(r, 10), valid: library('TR', 'vkn') },
  {
    scheme: 'US EIN',
    published: ['911144442'],
    make: (r) => `9${[0, 1, 2, 3, 4, 5, 8, 9][r(8)]}${digits(r, 7)}`,
    valid: library('US', 'ein'),
  },
  {
    scheme: 'CA business number',
    published: ['123026635RC0001'],
    make: (r) => `${digits(r, 9)}RT0001`,
    valid: library('CA', 'bn'),
  },
  {
    scheme: 'BR CNPJ',
    published: ['16727230000197', '12ABC34501DE35'],
    make: (r) => `${digits(r, 8)}0001${digits(r, 2)}`,
    valid: library('BR', 'cnpj'),
  },
  {
    scheme: 'AR CUIT',
    published: ['30500010912'],
    make: (r) => `30${digits(r, 9)}`,
    valid: library('AR', 'cuit'),
  },
  {
    scheme: 'IN GSTIN',
    published: ['27AAPFU0939F1ZV', '27AAPFU0939F1ZV'],
    make: (r) => `27AAPFU0939F1Z${letters(r, 1)}`,
    valid: library('IN', 'gstin'),
  },
  {
    scheme: 'AU ABN',
    published: ['51824753556', '53004085616'],
    make: (r) => `5${digits(r, 10)}`,
    valid: library('AU', 'abn'),
  },
  { scheme: 'AU ACN', published: ['004085616'], make: (r) => digits(r, 9), valid: library('AU', 'acn') },
  {
    scheme: 'KR business registration',
    published: ['1168200276'],
    make: (r) => `116${digits(r, 7)}`,
    valid: library('KR', 'brn'),
  },
  {
    scheme: 'JP corporate number',
    published: ['5835678256246', '7000012050002'],
    make: (r) => `${1 + r(9)}${digits(r, 12)}`,
    valid: library('JP', 'cn'),
  },
  {
    scheme: 'CN unified social credit code',
    published: ['91110000600037341L'],
    make: (r) => `91110000600037341${letters(r, 1)}`,
    valid: library('CN', 'uscc'),
  },
]

/** @returns some numbers that the second way accepts */
export function validNumbers({ make, valid, published }: Source, count: number): string[] {
  const random = numbersFrom(20_260_101)
  const some = new Set(published)
  for (let tries = 0; tries < 60_000 && some.size < published.length + count; tries += 1) {
    const id = make(random)
    if (valid(id)) some.add(id)
  }
  return [...some]
}

/** @returns the number in a form; undefined where it does not fit */
export function written(id: string, form: string): string | undefined {
  let index = 0
  let out = ''
  for (const sign of form) {
    if (sign !== '9' && sign !== 'A' && sign !== '*') {
      out += sign
      continue
    }
    const next = id[index]
    index += 1
    if (next === undefined || (sign === '9' && !/\d/.test(next)) || (sign === 'A' && !/[A-Z]/.test(next)))
      return undefined
    out += next
  }
  return index === id.length ? out : undefined
}
