/** Numbers of persons with valid check digits, by arithmetic of its own; none is taken from a register. */
import { digitsOf, luhnDigit, mod1110, pad, verhoeffDigit, weighted } from './check-digits.js'
import { DIGITS, type Random, UPPER } from './random.js'

/** A grown-up's birthday. */
function birthday(random: Random): { y: number; m: number; d: number; yy: string; mm: string; dd: string } {
  const y = random.int(1940, 1999)
  const m = random.int(1, 12)
  const d = random.int(1, 28)
  return { y, m, d, yy: pad(y % 100, 2), mm: pad(m, 2), dd: pad(d, 2) }
}

/** Draws again until the number has a check digit at all. */
function until<T>(draw: () => T | undefined): T {
  for (;;) {
    const value = draw()
    if (value !== undefined) return value
  }
}

/** One kind of number: how its compact form is made, how people part it, and what they write before it. */
export interface IdKind {
  readonly make: (random: Random) => string
  /** Spellings of a compact number; the first is the usual one. */
  readonly spellings: readonly ((compact: string) => string)[]
  readonly labels: readonly string[]
  readonly langs: readonly string[]
}

const asIs = (compact: string): string => compact
/** Puts separators behind the given counts of characters. */
const cut =
  (sizes: readonly number[], separators: string | readonly string[]) =>
  (compact: string): string => {
    let from = 0
    return sizes
      .map((size, index) => {
        const part = compact.slice(from, from + size)
        from += size
        const separator = typeof separators === 'string' ? separators : (separators[index] ?? '')
        return index === sizes.length - 1 ? part : part + separator
      })
      .join('')
  }

const CF_ODD: Record<string, number> = Object.fromEntries(
  [1, 0, 5, 7, 9, 13, 15, 17, 19, 21].flatMap((value, digit) => [[String(digit), value]]),
)
;[1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23].forEach(
  (value, index) => {
    CF_ODD[UPPER[index] as string] = value
  },
)
const CONSONANTS = 'BCDFGLMNPRSTVZ'
const DNI = 'TRWAGMYFPDXBNJZSQVHLCKE'
const HETU = '0123456789ABCDEFHJKLMNPRSTUVWXY'

function codiceFiscale(random: Random): string {
  const { yy, m, d } = birthday(random)
  const body =
    random.string(3, CONSONANTS) +
    random.string(3, CONSONANTS) +
    yy +
    'ABCDEHLMPRST'[m - 1] +
    pad(d + (random.chance(0.5) ? 40 : 0), 2) +
    random.pick(['H501', 'F205', 'L219', 'F839', 'D612', 'A944', 'G273'])
  const sum = [...body].reduce(
    (total, char, index) =>
      total + (index % 2 === 0 ? (CF_ODD[char] as number) : /\d/.test(char) ? Number(char) : UPPER.indexOf(char)),
    0,
  )
  return body + UPPER[sum % 26]
}

function steuerId(random: Random): string {
  return until(() => {
    const digits = digitsOf(DIGITS)
    for (let index = digits.length - 1; index > 0; index -= 1) {
      const other = random.int(0, index)
      ;[digits[index], digits[other]] = [digits[other] as number, digits[index] as number]
    }
    digits[random.int(0, 8)] = digits[9] as number
    const payload = digits.join('')
    const triple = [...DIGITS].some((digit) => payload.split(digit).length - 1 > 2)
    if (payload.startsWith('0') || triple || new Set(payload).size !== 9) return undefined
    return payload + mod1110(payload)
  })
}

function rentenversicherung(random: Random): string {
  const { dd, mm, yy } = birthday(random)
  const letter = random.int(0, 25)
  const area = random.pick(['02', '09', '12', '13', '15', '21', '53', '65'])
  const serial = pad(random.int(0, 99), 2)
  const expanded = area + dd + mm + yy + pad(letter + 1, 2) + serial
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]
  const sum = digitsOf(expanded).reduce((total, digit, index) => {
    const product = digit * (weights[index] as number)
    return total + Math.floor(product / 10) + (product % 10)
  }, 0)
  return area + dd + mm + yy + UPPER[letter] + serial + (sum % 10)
}

function nir(random: Random): string {
  const { yy, mm } = birthday(random)
  const body =
    random.pick(['1', '2']) +
    yy +
    mm +
    random.pick(['75', '13', '69', '33', '59', '31']) +
    pad(random.int(1, 399), 3) +
    pad(random.int(1, 600), 3)
  return body + pad(97 - (Number(body) % 97), 2)
}

function bsn(random: Random): string {
  return until(() => {
    const body = random.pick(['1', '2']) + random.digits(7)
    const check = weighted(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
    return check === 10 ? undefined : body + check
  })
}

function nhs(random: Random): string {
  return until(() => {
    const body = random.pick(['4', '6', '9']) + random.digits(8)
    const check = 11 - (weighted(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
    return check === 10 ? undefined : body + (check % 11)
  })
}

/** The check digit of Estonia and Lithuania: two rounds of weights. */
function eleven(body: string): string {
  const first = weighted(body, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  if (first < 10) return body + first
  const second = weighted(body, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
  return body + (second % 10)
}

function cpf(random: Random): string {
  const body = random.digits(9)
  const one = ((weighted(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
  const two = ((weighted(body + one, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
  return `${body}${one}${two}`
}

const ssnArea = (random: Random): string =>
  until(() => {
    const area = random.int(1, 899)
    return area === 666 ? undefined : pad(area, 3)
  })

/** Every kind, by a short name for templates. */
export const idKinds: Readonly<Record<string, IdKind>> = {
  'us.ssn': {
    make: (random) => ssnArea(random) + pad(random.int(1, 99), 2) + pad(random.int(1000, 9999), 4),
    spellings: [cut([3, 2, 4], '-'), cut([3, 2, 4], '-'), cut([3, 2, 4], ' ')],
    labels: ['SSN', 'Social Security Number', 'social security no.', 'Soc Sec #'],
    langs: ['en'],
  },
  'us.itin': {
    make: (random) => `9${random.digits(2)}${random.int(70, 88)}${random.digits(4)}`,
    spellings: [cut([3, 2, 4], '-')],
    labels: ['ITIN', 'Individual Taxpayer Identification Number'],
    langs: ['en'],
  },
  'gb.nino': {
    make: (random) =>
      random.string(1, 'ABCEHJLMPRSWXY') +
      random.string(1, 'ABCEHJLMPRSTWXYZ') +
      random.digits(6) +
      random.string(1, 'ABCD'),
    spellings: [cut([2, 2, 2, 2, 1], ' '), asIs, cut([2, 6, 1], ' ')],
    labels: ['NI number', 'National Insurance number', 'NINO'],
    langs: ['en'],
  },
  'gb.nhs': {
    make: nhs,
    spellings: [cut([3, 3, 4], ' '), cut([3, 3, 4], '-'), asIs],
    labels: ['NHS number', 'NHS No'],
    langs: ['en'],
  },
  'ca.sin': {
    make: (random) => {
      const body = random.pick(['1', '2', '4', '5', '6', '7']) + random.digits(7)
      return body + luhnDigit(body)
    },
    spellings: [cut([3, 3, 3], ' '), cut([3, 3, 3], '-')],
    labels: ['SIN', 'Social Insurance Number', "numéro d'assurance sociale"],
    langs: ['en', 'fr'],
  },
  'in.aadhaar': {
    make: (random) => {
      const body = random.pick(['2', '3', '4', '5', '6', '7', '8', '9']) + random.digits(10)
      return body + verhoeffDigit(body)
    },
    spellings: [cut([4, 4, 4], ' '), asIs, cut([4, 4, 4], '-')],
    labels: ['Aadhaar', 'Aadhaar number', 'UIDAI no.'],
    langs: ['en'],
  },
  'in.pan': {
    make: (random) =>
      `${random.string(3, UPPER)}P${random.string(1, UPPER)}${pad(random.int(1, 9999), 4)}${random.string(1, UPPER)}`,
    spellings: [asIs],
    labels: ['PAN', 'PAN card', 'Permanent Account Number'],
    langs: ['en'],
  },
  'ie.pps': {
    make: (random) => {
      const body = random.digits(7)
      return body + 'WABCDEFGHIJKLMNOPQRSTUV'[weighted(body, [8, 7, 6, 5, 4, 3, 2]) % 23]
    },
    spellings: [asIs, cut([7, 1], ' ')],
    labels: ['PPS number', 'PPSN', 'PPS No.'],
    langs: ['en'],
  },
  'de.idnr': {
    make: steuerId,
    spellings: [cut([2, 3, 3, 3], ' '), asIs],
    labels: ['Steuer-ID', 'Steueridentifikationsnummer', 'IdNr.', 'steuerliche Identifikationsnummer', 'Steuer-IdNr.'],
    langs: ['de'],
  },
  'de.rvnr': {
    make: rentenversicherung,
    spellings: [asIs, cut([2, 6, 1, 3], ' ')],
    labels: ['Sozialversicherungsnummer', 'RV-Nummer', 'Rentenversicherungsnummer', 'SV-Nr.', 'Versicherungsnummer'],
    langs: ['de'],
  },
  'at.svnr': {
    make: (random) =>
      until(() => {
        const { dd, mm, yy } = birthday(random)
        const serial = pad(random.int(100, 999), 3)
        const check = weighted(serial + dd + mm + yy, [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11
        return check === 10 ? undefined : serial + check + dd + mm + yy
      }),
    spellings: [cut([4, 6], ' '), asIs],
    labels: ['SVNR', 'Sozialversicherungsnummer', 'SV-Nummer'],
    langs: ['de'],
  },
  'ch.ahv': {
    make: (random) => {
      const body = `756${random.digits(9)}`
      const sum = weighted(body, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3])
      return body + ((10 - (sum % 10)) % 10)
    },
    spellings: [cut([3, 4, 4, 2], '.'), cut([3, 4, 4, 2], '.'), asIs],
    labels: ['AHV-Nr.', 'AHV-Nummer', 'N° AVS', 'numéro AVS', 'numero AVS'],
    langs: ['de', 'fr', 'it'],
  },
  'fr.nir': {
    make: nir,
    spellings: [cut([1, 2, 2, 2, 3, 3, 2], ' '), asIs, cut([13, 2], ' ')],
    labels: ['numéro de sécurité sociale', 'N° de sécurité sociale', 'NIR', 'n° sécu', 'Numéro SS'],
    langs: ['fr'],
  },
  'be.nn': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      const body = yy + mm + dd + pad(random.int(1, 997), 3)
      return body + pad(97 - (Number(body) % 97), 2)
    },
    spellings: [cut([2, 2, 2, 3, 2], ['.', '.', '-', '.']), asIs, cut([6, 3, 2], '-')],
    labels: ['rijksregisternummer', 'numéro de registre national', 'N° national', 'numéro national', 'INSZ'],
    langs: ['nl', 'fr'],
  },
  'it.cf': {
    make: codiceFiscale,
    spellings: [asIs, asIs, (compact) => cut([3, 3, 5, 5], ' ')(compact)],
    labels: ['codice fiscale', 'C.F.', 'Cod. Fisc.', 'CF'],
    langs: ['it'],
  },
  'es.dni': {
    make: (random) => {
      const body = random.digits(8)
      return body + DNI[Number(body) % 23]
    },
    spellings: [asIs, cut([8, 1], '-'), cut([2, 3, 3, 1], ['.', '.', '-']), cut([8, 1], ' ')],
    labels: ['DNI', 'NIF', 'D.N.I.', 'documento de identidad'],
    langs: ['es'],
  },
  'es.nie': {
    make: (random) => {
      const first = random.int(0, 2)
      const body = random.digits(7)
      return 'XYZ'[first] + body + DNI[Number(`${first}${body}`) % 23]
    },
    spellings: [asIs, cut([1, 7, 1], '-')],
    labels: ['NIE', 'N.I.E.', 'número de identidad de extranjero'],
    langs: ['es'],
  },
  'nl.bsn': {
    make: bsn,
    spellings: [asIs, cut([4, 2, 3], '.'), cut([3, 3, 3], ' ')],
    labels: ['BSN', 'burgerservicenummer', 'BSN-nummer', 'sofinummer'],
    langs: ['nl'],
  },
  'pl.pesel': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      const body = yy + mm + dd + random.digits(4)
      return body + ((10 - (weighted(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10)
    },
    spellings: [asIs],
    labels: ['PESEL', 'nr PESEL', 'numer PESEL'],
    langs: ['en', 'de'],
  },
  'se.pnr': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      const body = yy + mm + dd + random.digits(3)
      return body + luhnDigit(body)
    },
    spellings: [cut([6, 4], '-'), cut([6, 4], '-'), asIs],
    labels: ['personnummer', 'Swedish personal number'],
    langs: ['en'],
  },
  'dk.cpr': {
    make: (random) =>
      until(() => {
        const { yy, mm, dd } = birthday(random)
        const body = dd + mm + yy + random.pick(['0', '1', '2', '3']) + random.digits(2)
        const check = (11 - (weighted(body, [4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
        return check === 10 ? undefined : body + check
      }),
    spellings: [cut([6, 4], '-')],
    labels: ['CPR', 'CPR-nr.', 'CPR number'],
    langs: ['en'],
  },
  'fi.hetu': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      const serial = pad(random.int(2, 899), 3)
      return `${dd}${mm}${yy}-${serial}${HETU[Number(dd + mm + yy + serial) % 31]}`
    },
    spellings: [asIs],
    labels: ['henkilötunnus', 'hetu', 'HETU'],
    langs: ['en'],
  },
  'no.fnr': {
    make: (random) =>
      until(() => {
        const { yy, mm, dd } = birthday(random)
        const body = dd + mm + yy + pad(random.int(0, 499), 3)
        const one = (11 - (weighted(body, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11
        const two = (11 - (weighted(body + one, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
        return one === 10 || two === 10 ? undefined : `${body}${one}${two}`
      }),
    spellings: [asIs, cut([6, 5], ' ')],
    labels: ['fødselsnummer', 'fnr'],
    langs: ['en'],
  },
  'cz.rc': {
    make: (random) =>
      until(() => {
        const y = random.int(1955, 1999)
        const month = random.int(1, 12) + (random.chance(0.5) ? 50 : 0)
        const body = pad(y % 100, 2) + pad(month, 2) + pad(random.int(1, 28), 2) + random.digits(3)
        const check = Number(body) % 11
        return check === 10 ? undefined : body + check
      }),
    spellings: [cut([6, 4], '/'), asIs],
    labels: ['rodné číslo', 'r.č.', 'RČ'],
    langs: ['en', 'de'],
  },
  'ro.cnp': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      const body = random.pick(['1', '2']) + yy + mm + dd + pad(random.int(1, 46), 2) + pad(random.int(1, 999), 3)
      const check = weighted(body, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
      return body + (check === 10 ? 1 : check)
    },
    spellings: [asIs],
    labels: ['CNP', 'cod numeric personal'],
    langs: ['en', 'it'],
  },
  'bg.egn': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      const body = yy + mm + dd + random.digits(3)
      return body + ((weighted(body, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10)
    },
    spellings: [asIs],
    labels: ['ЕГН', 'EGN'],
    langs: ['en'],
  },
  'hr.oib': {
    make: (random) => {
      const body = random.digits(10)
      return body + mod1110(body)
    },
    spellings: [asIs],
    labels: ['OIB', 'osobni identifikacijski broj'],
    langs: ['en', 'de'],
  },
  'si.emso': {
    make: (random) =>
      until(() => {
        const { dd, mm, y } = birthday(random)
        const body = `${dd}${mm}${String(y).slice(1)}50${pad(random.int(0, 999), 3)}`
        const check = (11 - (weighted(body, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
        return check === 10 ? undefined : body + check
      }),
    spellings: [asIs],
    labels: ['EMŠO'],
    langs: ['en', 'it'],
  },
  'ee.ik': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      return eleven(random.pick(['3', '4']) + yy + mm + dd + random.digits(3))
    },
    spellings: [asIs],
    labels: ['isikukood', 'Isikukood'],
    langs: ['en'],
  },
  'lt.ak': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      return eleven(random.pick(['3', '4']) + yy + mm + dd + random.digits(3))
    },
    spellings: [asIs],
    labels: ['asmens kodas'],
    langs: ['en'],
  },
  'lv.pk': {
    make: (random) =>
      until(() => {
        const { yy, mm, dd } = birthday(random)
        const body = `${dd}${mm}${yy}1${random.digits(3)}`
        const check = (1101 - weighted(body, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11
        return check === 10 ? undefined : body + check
      }),
    spellings: [cut([6, 5], '-')],
    labels: ['personas kods'],
    langs: ['en'],
  },
  'gr.amka': {
    make: (random) => {
      const { yy, mm, dd } = birthday(random)
      const body = dd + mm + yy + random.digits(4)
      return body + luhnDigit(body)
    },
    spellings: [asIs],
    labels: ['AMKA', 'ΑΜΚΑ'],
    langs: ['en'],
  },
  'pt.nif': {
    make: (random) => {
      const body = random.pick(['1', '2']) + random.digits(7)
      const check = 11 - (weighted(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)
      return body + (check > 9 ? 0 : check)
    },
    spellings: [asIs, cut([3, 3, 3], ' ')],
    labels: ['NIF', 'número de contribuinte', 'NIF português'],
    langs: ['es', 'en'],
  },
  'hu.taj': {
    make: (random) => {
      const body = random.digits(8)
      return body + (weighted(body, [3, 7, 3, 7, 3, 7, 3, 7]) % 10)
    },
    spellings: [cut([3, 3, 3], ' '), cut([3, 3, 3], '-')],
    labels: ['TAJ szám', 'TAJ'],
    langs: ['en'],
  },
  'br.cpf': {
    make: cpf,
    spellings: [cut([3, 3, 3, 2], ['.', '.', '-']), cut([3, 3, 3, 2], ['.', '.', '-']), asIs],
    labels: ['CPF', 'CPF nº', 'CPF do titular'],
    langs: ['en', 'es'],
  },
}
