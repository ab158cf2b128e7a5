import { before, contextWords } from '../context.js'
import type { Detector, Haystack, Report } from '../detector.js'

const context = contextWords(
  ...[
    'address',
    'addresses',
    'lives at',
    'live at',
    'living at',
    'resident',
    'residence',
    'ship to',
    'shipping',
    'deliver*',
  ],
  ...[
    'billing',
    'located at',
    'home',
    'mail to',
    'visit us',
    'moved to',
    'adresse',
    'anschrift',
    'wohnhaft',
    'wohnt',
    'wohne',
  ],
  ...[
    'lieferadresse',
    'rechnungsadresse',
    'sitz',
    'domicilié*',
    'domicile',
    'habite',
    'demeurant',
    'livraison',
    'siège',
  ],
  ...[
    'dirección',
    'direccion',
    'domicilio',
    'vive en',
    'vivo en',
    'reside',
    'envío',
    'indirizzo',
    'residente',
    'abita',
    'abito',
  ],
  ...[
    'sede',
    'spedizione',
    'adres',
    'woont',
    'woon',
    'wonende',
    'bezorg*',
    'street',
    'straße',
    'strasse',
    'rue',
    'calle',
    'via',
  ],
  ...[
    'straat',
    'plz',
    'zip',
    'postcode',
    'postal code',
    'code postal',
    'código postal',
    'cap',
    'postleitzahl',
    'town',
    'city',
    'ort',
  ],
)

const name = "\\p{Lu}[\\p{L}.'’-]{1,24}"
const small =
  "(?:(?:de la|de las|de los|de l['’]|de|du|des|d['’]|del|della|delle|dei|degli|dell['’]|di|da|la|le|les|van|van der|van den|den|der|the|of) ?)"

/** Number first: English and French. */
const english = new RegExp(
  `^[A-Za-z]?(?:[-–/]\\d{1,4})?,? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\\.? )?(?!(?:The|A|An|This|That|My|Our|Your|Next|More|Best|New Ways?) )(?:(?:${name}|\\d{1,3}(?:st|nd|rd|th)) ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Way|Place|Pl|Square|Sq|Terrace|Crescent|Cres|Close|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Row|Mews|Gardens|Grove|Walk|Broadway)(?![\\p{L}\\p{N}])\\.?(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|#)\\.? ?#?\\w{1,6})?`,
  'u',
)
const french = new RegExp(
  `^(?: ?(?:bis|ter|quater|[A-D](?= )))?,? (?:[Rr]ue|[Aa]venue|[Aa]v\\.|[Bb]oulevard|[Bb](?:ou)?l?v?d\\.?|[Pp]lace|[Aa]llées?|[Cc]hemin|[Ii]mpasse|[Qq]uai|[Cc]ours|[Rr]oute|[Ss]quare|[Pp]assage|[Ff]aubourg|[Vv]illa|[Rr]ésidence) (?:${small}){0,2}(?:${name}|\\d{1,2})(?:[ -](?:${small}){0,2}${name}){0,3}`,
  'u',
)
/** Number last: German, Dutch, Spanish, Italian. */
const german = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:\\p{Lu}[\\p{L}-]{1,28}(?:straße|strasse|str\\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee|steig|graben|markt|hof|berg|park|promenade|stieg|pfad|-Straße|-Strasse|-Str\\.|-Weg|-Platz|-Allee|-Ring|-Damm|-Ufer)|${name} (?:Straße|Strasse|Str\\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Chaussee)|(?:Am|Im|An der|An den|Auf der|Auf dem|In der|Unter den|Zum|Zur) ${name}) ?$`,
  'u',
)
const dutch = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${name} (?:van |de |der |den ){1,2}|(?:Eerste|Tweede|Derde|Nieuwe|Oude|Korte|Lange|Grote|Kleine|Prins|Prinses|Koningin|Van|[123]e) )?\\p{Lu}[\\p{L}'-]{2,28}(?:straat|laan|plein|gracht|kade|singel|dijk|steeg|dreef|weg|hof|plantsoen|markt) $`,
  'u',
)
const spanish = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:Calle|calle|C\\/|c\\/|Avenida|avenida|Avda\\.|Av\\.|Plaza|plaza|Pza\\.|Paseo|paseo|P\\.º|Ronda|Camino|Carretera|Travesía|Rambla|Gran Vía)(?: ?(?:${small}){0,2}${name}){0,4},? ?(?:n\\.?[º°o]\\.? ?|núm\\.? ?|número )?$`,
  'u',
)
const italian = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:Via|via|Viale|viale|V\\.le|Piazza|piazza|P\\.zza|Piazzale|Corso|corso|C\\.so|Largo|Vicolo|Strada|Lungomare|Lungotevere|Contrada)(?: (?:${small}){0,2}(?:${name}|[XVI]{1,5}|\\d{1,2})){1,4},? ?(?:n\\.? ?)?$`,
  'u',
)
const suffix =
  /^(?: ?[a-h](?![\p{L}\p{N}]))?(?:[-/]\d{1,4}[a-h]?(?![\p{L}\p{N}]))?(?: (?:bis|hs|[IVX]{1,4})(?![\p{L}\p{N}]))?(?:,? (?:piso )?\d{1,2}[º°ªo]\.? ?[A-Z]?(?![\p{L}\p{N}]))?/u

const town =
  "\\p{Lu}[\\p{L}'’.-]{1,24}(?:(?: (?:am|an der|im|bei|sur|de|la|le|les|del|di|aan den|aan de))? \\p{Lu}[\\p{L}'’.-]{1,24}){0,2}(?: \\([\\p{L}/ .]{1,20}\\))?"
/** The town with its code, behind the street. */
const place = new RegExp(
  `^(?:,? {0,2}\\n? ?|, )(?:(?:[A-Z]{1,2}-)?\\d{4,5} (?:[A-Z]{2} )?${town}(?: \\([A-Z]{2}\\)| [A-Z]{2}(?![\\p{L}\\p{N}]))?|${town},? [A-Z]{2},? \\d{5}(?:-\\d{4})?(?!\\d)|${town},? [A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}(?![\\p{L}\\p{N}])|${town},? [A-Z]{2} [A-Z]\\d[A-Z] ?\\d[A-Z]\\d(?![\\p{L}\\p{N}]))`,
  'u',
)
const box =
  /(?<![\p{L}\p{N}])(?:P\.? ?O\.? ?Box|Post Office Box|Postfach|B\.?P\.?|Boîte postale|Apartado(?: de correos)?|Apdo\.?(?: de correos)?|Casella postale|C\.P\.|Postbus)(?: ?(?:n[º°.]?|No\.?))?:? $/iu
const boxGroups = /^(?: \d{2,3}){0,3}(?!\d)/
const townBehind = new RegExp(`^ (?:[A-Z]{2} )?${town}`, 'u')
const dutchCode = /^ ?[A-Z]{2} (?=\p{Lu})/u
const british = /(?<![\p{L}\p{N}])[A-Z]{1,2}$/u
const britishTail = /^[A-Z]? \d[A-Z]{2}(?![\p{L}\p{N}])/u
const notStreet = /(?<![\p{L}])(?:St|Dr|Place|Way|Row|Court|Square|Drive|Walk)\.?$/u

const HEAD = 90
const TAIL = 120

function find(haystack: Haystack, report: Report): void {
  const { text, digits } = haystack
  let from = 0
  for (let index = 0; index < digits.length; index += 2) {
    const start = digits.at[index] as number
    const end = digits.at[index + 1] as number
    if (start < from || end - start > 6) continue
    const before1 = text[start - 1] ?? ' '
    if (/[\p{L}\p{N}_.,:@-]/u.test(before1) && !(before1 === ',' || /[A-Z-]/.test(before1))) continue
    haystack.step()
    const tail = text.slice(end, end + TAIL)
    const head = text.slice(Math.max(from, start - HEAD), start)
    const found = street(head, tail, start, end) ?? boxed(head, tail, start, end)
    if (found) {
      const rest = place.exec(text.slice(found.end, found.end + TAIL))
      const stop = found.end + (rest ? rest[0].length : 0)
      const known = rest !== null || before(haystack, found.start, context)
      const score = Math.min(0.95, found.score + (known ? 0.3 : 0))
      report(found.start, stop, 'STREET_ADDRESS', score, known ? 'street and number; context' : 'street and number')
      if (score >= 0.5) from = stop
      continue
    }
    coded(haystack, head, tail, start, end, report)
  }
}

interface Place {
  readonly start: number
  readonly end: number
  readonly score: number
}

function street(head: string, tail: string, start: number, end: number): Place | undefined {
  const length = end - start
  if (length <= 5 && !/[\p{L}\p{N}_./-]$/u.test(head)) {
    const ahead = english.exec(tail)
    if (ahead) return { start, end: end + ahead[0].length, score: notStreet.test(ahead[0]) ? 0.55 : 0.7 }
    const rue = french.exec(tail)
    if (rue) return { start, end: end + rue[0].length, score: 0.7 }
  }
  if (length > 4) return undefined
  const over = suffix.exec(tail)?.[0].length ?? 0
  if (/^[\p{L}\p{N}%€$]|^[.,]\d|^ ?(?:Uhr|km|m|kg|€|%|min|h)(?![\p{L}])/u.test(tail.slice(over))) return undefined
  for (const [expression, score] of [
    [spanish, 0.7],
    [italian, 0.7],
    [dutch, 0.6],
    [german, 0.6],
  ] as const) {
    const match = expression.exec(head)
    if (match)
      return {
        start: start - match[0].length,
        end: end + over,
        score: /^(?:Am|Im|An|Auf|In|Zum|Zur) /.test(match[0]) ? 0.3 : score,
      }
  }
  return undefined
}

function boxed(head: string, tail: string, start: number, end: number): Place | undefined {
  const match = box.exec(head)
  if (!match) return undefined
  const groups = boxGroups.exec(tail)?.[0].length ?? 0
  return { start: start - match[0].length, end: end + groups, score: /^(?:B|C)/i.test(match[0]) ? 0.4 : 0.75 }
}

/** A postcode with its town. */
function coded(haystack: Haystack, head: string, tail: string, start: number, end: number, report: Report): void {
  const length = end - start
  if (length === 4 || length === 5) {
    const match = townBehind.exec(tail)
    if (!match) return
    const dutchForm = length === 4 && dutchCode.test(tail)
    const near = before(haystack, start, context)
    const score = (dutchForm ? 0.6 : 0.3) + (near ? 0.35 : 0)
    const country = /(?<![\p{L}\p{N}])(?:D|A|F|E|I|NL|CH|DE|AT|FR|ES|IT|BE|B|L)-$/u.exec(head)?.[0].length ?? 0
    report(
      start - country,
      end + match[0].length,
      'STREET_ADDRESS',
      score + (country > 0 ? 0.3 : 0),
      'postcode and town',
    )
    return
  }
  if (length <= 2) {
    const area = british.exec(head)
    const rest = area && britishTail.exec(tail)
    if (area && rest) {
      const near = before(haystack, start - area[0].length, context)
      report(start - area[0].length, end + rest[0].length, 'STREET_ADDRESS', near ? 0.85 : 0.55, 'postcode, UK')
    }
  }
}

/**
 * Finds postal addresses: a street with its number in the ways of six languages, with the town behind it; boxes at a post
 * office; a postcode with its town where words say that it is an address. Off by default.
 *
 * @returns the detector of STREET_ADDRESS
 * @example
 * ```ts
 * import { piiRedactor, streetAddress } from 'quittance/pii'
 * const redactor = piiRedactor({ detectors: [streetAddress()] })
 * console.log(redactor.redact('at 12 Elm Street', { path: 'input', kind: 'text' }).text) // at [STREET_ADDRESS]
 * ```
 */
export function streetAddress(): Detector {
  return { name: 'street-address', version: '1', types: ['STREET_ADDRESS'], find }
}
