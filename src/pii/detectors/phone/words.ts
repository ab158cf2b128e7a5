/** What the words beside a number say about it: the nearest one that says anything decides. */
import type { Haystack } from '../../detector.js'
import { SUBSTITUTE } from '../../folding/placeholders.js'

/** The number is labelled as something else: an order, an amount, a version. */
export const AGAINST = -2
/** The nearest telling word is of something else, and others stand between. */
export const DOUBTED = -1
/** No word says anything. */
export const SILENT = 0
/** A verb or a number without kind: `call`, `my number is`. */
export const HINTED = 1
/** A word for a phone stands near. */
export const NEAR = 2
/** It is what a verb asks to be dialled: `call me at …`. */
export const DIALLED = 3
/** The number is labelled: `Tel.: …`. */
export const LABELLED = 4

/** How far back words are read, and how many of them. */
const BEFORE = 64
const MOST_WORDS = 8
const NEAR_WORDS = 4
/** So few digits between a word and the number are the word's own; more are another one of a list. */
const OWN_DIGITS = 7
/** How much longer the last of them may be. */
const WORD = 24
/** What folding puts where redaction left a placeholder. */
const REPLACED = SUBSTITUTE.charCodeAt(0)

const NEUTRAL = 1
const NUMBER = 2
const VERB = 3
const LABEL = 4
const OTHER = 5
/** Someone who may have a number of either kind. */
const PARTY = 6
/** A word of what is a number of another kind together with a word for number. */
const OFFICE = 7
/** Whose number it may be, or what for: `GP`, `Questions?` */
const CUE = 8

const kinds = new Map<string, number>()
const enter = (kind: number, words: string): void => {
  for (const word of words.split(/\s+/)) if (word !== '') kinds.set(word, kind)
}

enter(
  NEUTRAL,
  `is ist est es è e moi nous at on me us my our your his her their am an auf au al alla aan thuis op sur en la le el il de der die das
  the home work office private privat privée business business daytime evening direct direkt main or oder ou o of und and et dr dott dra drs prof me maître mme herr mr mrs ms m sr sra sig signora
  wife husband mum mom dad mother father brother sister son daughter boss frau mann mutter vater femme mari mère père mujer marido
  madre padre moglie marito vrouw man moeder vader zus broer of phone's we you can y i a per via under unter using please bitte notfall alt alternate secondary primary bureau oficina ufficio kantoor büro new neue nouveau nuevo nuovo
  urgence urgencia urgenza nood nieuwe phone2 n non local perso personal pro now jetzt ab the to into`,
)
enter(NUMBER, 'number numbers nummer numéro numero número num nr no nº nro núm numer')
enter(
  VERB,
  `atención assistenza call calls called calling ring rang reach reached reachable contact contacts contacto contatto contatti kontakt text texted
  sms dial message signal telegram viber imessage hotline support helpline helpdesk desk voicemail anrufen anruf rufen ruf
  erreichen erreichbar erreiche anrufe durchwahl zurückrufen rückruf rückrufen appelez appeler appelle appel rappeler rappelez
  joindre joignable contacter contactez llamar llame llámame llamada llámeme llamen llámenos localizable chiamare chiama
  chiamami chiamata chiamate contattare bellen bel bereikbaar bereiken vast sim hotel reception rezeption reservations
  whats customer-service kundenservice sav urgences urgencias callback caller gebeld dial-in dialin rufe rief ruft angerufen zurück melde melden meldet terugbellen terugbel belt belde chiami
  chiamatemi chiamami richiami richiamare telefonare telefoni telefonami rappelle rappelez appelle llamó llamo llama llamad marque
  marcar telefonear telefonieren appelé appelée appelait téléphoné telefoniert appje appen ext extension wasap guasap wsp schreiben texten trova trovi trovarmi localizar localízame line linea línea leitung lijn ligne`,
)
enter(
  CUE,
  `huisarts hausarzt hausärztin médecin traitant généraliste médico medico doctor surgery praxis cabinet notaire notar
  notario notaio notaris avocat anwalt abogado avvocato advocaat zahnarzt dentist dentiste dentista tandarts arzt ärztin dottore dottoressa arts
  gp dudas duda consultas rückfragen rückfrage fragen frage vragen vraag info infos informazioni informationen informations información questions
  question enquiries inquiries enquiry inquiry prévenir avisar avvisare waarschuwen ansprechpartner ansprechpartnerin interlocuteur
  schlüsseldienst pflegedienst contactpersoon kontaktperson noodcontact nok kin emergency guardian tutor carer concierge hausmeister
  plombier plumber sanitär taxi uber clinic klinik clínica clinica clinique apotheke pharmacie farmacia apotheek pharmacy`,
)
enter(
  LABEL,
  `phone phones telephone telephones tel tél téléphone telephon ph fon fone mobile mobil mob móvil movil móviles cell
  cellphone cellular cellulare cellulari celular handy handys smartphone fax telefax fx telefon telefono telefoon teléfono
  teléfonos telefoni téléphones telefoonnummer telefonnummer handynummer mobilnummer mobiel mobiele gsm natel whatsapp festnetz
  landline fixe portable tlf tfno tfn telf telef cel msisdn rufnummer facetime toestel fijo fisso centralino
  switchboard zentrale pager wa mvl mvil tfnos`,
)
enter(
  OTHER,
  `order orders bestellung bestellnr auftrag commande pedido ordine bestelling invoice invoices rechnung rechnungsnr facture
  factura fattura factuur receipt quittung ref refs reference referenz référence referencia riferimento sku part parts
  artikel article item items serial serie seriennr version versions isbn issn ean upc gtin asin doi tracking track sendung
  shipment parcel id ids uid uuid identifier account konto kontonr compte cuenta conto rekening iban bic blz vat tax tva iva
  mwst ust btw steuer ssn nhs nino passport pass ausweis ticket case vertrag contract contrat contrato contratto policy police
  póliza polizza batch lot charge model code zip plz postal postcode port puk flight flug vol vuelo volo build commit hash
  timestamp epoch ts date datum fecha data uhrzeit amount total totals price preis prix precio prezzo betrag montant
  importe importo bedrag balance saldo sum summe eur usd gbp chf euro euros dollar dollars coordinates coordinate lat lon lng
  latitude longitude siret siren dni bsn kvk row rows page pages zeile seite customerid kundennr matricule expediente dossier akte aktenzeichen rfc cve ticketnr transaction transaktion
  txn booking buchung pnr record sample samples size bytes byte length checksum crc offset range ranges score scores revenue
  population units pcs qty quantity menge utr npi mrn patient license licence lizenz key barcode fedex usps dhl iso din
  chapter section year years jahr jahre año años anno anni lottery lotto loto lottozahlen sequence seq steuernummer pesel nip
  regon cpf cnpj cuit personnummer cpr ahv oib egn cnp steuerid identification identity taxpayer
  national nationale nationaal nacional nazionale registration routing wire aba mandat gläubiger   versicherung szám rodné kennitala burgerservicenummer rijksregisternummer sofi fiscal fiscale fiscaal steuerliche
  krankenkasse rentenversicherung siège tva p.iva partita codice código registro handelsregister hrb coc
  pratica pratiche polizza polis fall fälle betreff subject re asunto objet oggetto onderwerp aw since depuis desde dal sinds seit
  reclamo siniestro sinistre sinistro schade schaden claim claims member membership socio adhérent mitglied mitgliedsnr article sku
  articolo artículo arxiv pmid pmc nct tracking verfolgung suivi spedizione zending bestelbon lieferschein albarán bon bolla documento document
  dokument file files protocol protocollo protocolo protokoll return returned parent offset seq created updated expires unix millis seconds
  balance kvk hrb vin imei imsi iccid meter zähler contatore contador compteur zaehler tfnr employee badge student matricola matrikel
  partij lote lotto machtiging mandaat taj hetu curp isikukood jmbg αμκα contribuinte contribuyente beleg vorgang rč users room raum zimmer bus linie gleis platform apartment apt suite floor specimen accession lab probe amka emšo emso kodas kods kod personas asmens matrícula niss nrn rrn`,
)

/** Common words or names unless they are written as what they are cut short from. */
const acronyms = new Set(['SWIFT', 'EIN', 'SIN', 'NIE', 'CIF', 'CAP', 'PIN', 'NIR', 'RUT', 'UPS', 'AVS', 'NIF'])

enter(OFFICE, 'social sociale sociaal sociala security insurance assurance seguro seguridad assicurazione')
enter(PARTY, 'cust customer client clients cliente klant kunde kunden user account-holder')

const labelled =
  /^(?:telef(?:on|oon|ax)|teleph|téléph|telefo|mobil(?:funk|tel|num|e?ph)|mobielnum|handyn|faxn|gsmn|festnetzn|rückrufn|rufnumm|(?:notfall|notruf|kontakt|contact|nood|service|büro|privat|hotline|direkt|durchwahl)numm|whatsapp|phone(?:no|num))|(?:telefon|telefono|rufnummer|handy|telefax)$/u
const other = /(?:nummer|nr|number|zahl|zeichen|code|referenz|kennung|price|preis|betrag|summe|total)$/u

/** How words begin or end that either of these expressions knows, by their first two letters and by the last. */
const heads = new Uint8Array(1 << 10)
const tails = new Uint8Array(1 << 5)
const headKey = (first: number, second: number): number => ((first & 31) << 5) | (second & 31)
const headOf = (word: string): number => headKey(word.charCodeAt(0), word.charCodeAt(1))
const tailOf = (word: string): number => word.charCodeAt(word.length - 1) & 31
for (const word of `te té mo ha fa gs fe rü ru no ko co se bü pr ho di du wh ph`.split(' ')) heads[headOf(word)] = 1
for (const tail of 'norylxzegs') tails[tailOf(tail)] = 1

function kindOf(word: string): number {
  const kind = kinds.get(word)
  if (kind !== undefined) return kind
  if (word.length > 5 && tails[tailOf(word)] === 0 && heads[headOf(word)] === 0) return 0
  if (word.length > 5 && labelled.test(word)) return LABEL
  if (word.length > 2 && word.endsWith('nr')) return /^(?:tel|fon|handy|mob|gsm|fax|ruf)/.test(word) ? LABEL : OTHER
  if (word.length < 6) return 0
  return other.test(word) ? OTHER : 0
}

/** First letter, last letter and length of a word in one number. */
const outline = (first: number, last: number, size: number): number =>
  ((first & 31) << 8) | ((last & 31) << 3) | (size & 7)

/** From this length on words are known by their parts as well. */
const SHORT = 6

/** The outlines of all words that say anything: most words of a text have another one. */
const outlines = new Uint8Array(1 << 13)
const draw = (words: Iterable<string>): void => {
  for (const word of words) outlines[outline(word.charCodeAt(0), word.charCodeAt(word.length - 1), word.length)] = 1
}

/** Whether a word, by a glance at it, is none of those that say anything. */
function isStrange(text: string, from: number, end: number): boolean {
  const size = end - from
  for (let index = from; index < end; index += 1) if (text.charCodeAt(index) > 0x7f) return false
  const last = text.charCodeAt(end - 1)
  if (size > 2 && (last | 0x20) === 0x72 && (text.charCodeAt(end - 2) | 0x20) === 0x6e) return false
  if (outlines[outline(text.charCodeAt(from), last, size)] === 1) return false
  return (
    size < SHORT || (tails[last & 31] === 0 && heads[headKey(text.charCodeAt(from), text.charCodeAt(from + 1))] === 0)
  )
}

/** They tell of a number only where they ask to be asked: `Questions?`, `Dudas:`. */
const questions = new Set(
  `dudas duda consultas rückfragen rückfrage fragen frage vragen vraag info infos informazioni informationen informations información
  questions question enquiries inquiries enquiry inquiry`.split(/\s+/),
)
const asks = /^[:?]|^ [:?]/

/** Written with a full stop: what follows is no new sentence. */
const abbreviations = new Set(
  'tel tél ph fon mob cel cell móv port handy tlf tfno tfn telf telef no nr num núm nro fx fax mobil ext dir priv wa'.split(
    ' ',
  ),
)

const upper = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code <= 0xde)

/**
 * @param code - a UTF-16 unit
 * @returns whether it belongs to a word
 */
export const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0xc0 && code !== 0xd7 && code !== 0xf7 && (code < 0x2000 || (code >= 0x2c00 && code < 0xd800)))

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/** Signs that say phone: ☎ ☏ ✆ and, by their second halves, 📞 📟 📠 📱 📲 🕿. */
const isSign = (code: number, before: number): boolean =>
  code === 0x260e ||
  code === 0x260f ||
  code === 0x2706 ||
  (before === 0xd83d && ((code >= 0xdcde && code <= 0xdce0) || code === 0xdcf1 || code === 0xdcf2 || code === 0xdd7f))

/** `T: …`, `M. …`: one letter on its own that stands for a kind of line. */
const initials = 'tmpfchwdTMPFCHWD'

/** In case of need it is no case; `iPhone 15` is no label; `wa.me/…` is one, and `Seattle, WA` none. */
function isMisread(word: string, text: string, before: number, end: number): boolean {
  // "FX-0366-063", "PH-9567-189": articles
  if (word.length === 2 && text.charCodeAt(end) === 0x2d && isDigit(text.charCodeAt(end + 1))) return true
  // "Tel. no 030 …", but "no responde", and no log's level
  if (word === 'no') return isLetter(text.charCodeAt(end + 1))
  if (word === 'info') return text.charCodeAt(end - 1) === 0x4f
  if (word === 'case') return text.charCodeAt(before) === 0x20 && (text.charCodeAt(before - 1) | 0x20) === 0x6e
  if (word === 'phone') return (text.charCodeAt(before) | 0x20) === 0x69 && !isLetter(text.charCodeAt(before - 1))
  return word === 'wa' && text.charCodeAt(end) !== 0x2e && text.charCodeAt(end) !== 0x3a
}

/** Whether a line or a part of it begins behind the offset. */
function beginsPart(text: string, offset: number): boolean {
  const before = text.charAt(text.charAt(offset) === ' ' ? offset - 1 : offset)
  return before === '' || '\n|,;·•'.includes(before)
}

/**
 * @param haystack - the text
 * @param start - of a number
 * @returns what the nearest telling word before it, or the name of its place, says
 */
export function saidBefore(haystack: Haystack, start: number): number {
  const { text, hint } = haystack
  const column = haystack.columnAt(start)
  if (column !== '') {
    const said = saidByHint(column)
    if (said !== SILENT) return said
  }
  const least = Math.max(0, start - BEFORE)
  let index = start - 1
  let words = 0
  let direct = true
  let number = false
  let lineEnds = 0
  let compound = false
  let office = false
  let cue = false
  /** Whether other digits, a word, the end of a sentence were passed. */
  let crossed = 0
  let read = false
  let left = false
  /** A letter or sentence end that stands between a word and the number. */
  let stop = false
  while (index >= least && words < MOST_WORDS) {
    const code = text.charCodeAt(index)
    if (!isLetter(code)) {
      if (code === 0x0a) {
        lineEnds += 1
        if (lineEnds > 1 && direct === false) break
        if (lineEnds > 2) break
      } else if (isDigit(code)) {
        direct = false
        crossed += 1
      } else if (code === 0x2e || code === 0x21 || code === 0x3f) stop = true
      else if (code === REPLACED) {
        direct = false
        crossed += OWN_DIGITS
      } else if (code >= 0x260e && isSign(code, text.charCodeAt(index - 1))) return direct ? LABELLED : NEAR
      index -= 1
      continue
    }
    const end = index + 1
    index -= 1
    // camel case is taken apart: `homePhone` ends with the word `Phone`
    while (index >= least - WORD && index >= 0) {
      const next = text.charCodeAt(index)
      if (!isLetter(next)) break
      if (upper(text.charCodeAt(index + 1)) && !upper(next)) break
      index -= 1
    }
    // an escaped line end: `\n` before the number, `\nTel` before a word
    const escaped = text.charCodeAt(index) === 0x5c && 'nrt'.includes(text.charAt(index + 1))
    const from = index + 1 + (escaped ? 1 : 0)
    if (from >= end) continue
    let word = isStrange(text, from, end) ? '' : text.slice(from, end).toLowerCase()
    if (from === index + 1 && index >= 0 && isLetter(text.charCodeAt(index))) {
      // "WhatsApp" is one word all the same
      let whole = index
      while (whole > 0 && end - whole < 16 && isLetter(text.charCodeAt(whole - 1))) whole -= 1
      const joined = text.slice(whole, end).toLowerCase()
      if (kinds.has(joined)) {
        word = joined
        index = whole - 1
      }
    }
    const size = word === '' ? end - from : word.length
    if (size === 1 && direct && words === 0 && initials.includes(text.charAt(from))) {
      const behind = text.charCodeAt(end)
      if ((behind === 0x3a || behind === 0x2e) && !isDigit(text.charCodeAt(index))) return LABELLED
      // "T 020 … | M 07700 …"
      if (end === start - 1 && behind === 0x20 && 'TMFP'.includes(text.charAt(from)) && beginsPart(text, index))
        return LABELLED
    }
    if (size > WORD) {
      words += 1
      direct = false
      continue
    }
    if (compound) {
      // "SV-Nummer", but "Handy-Nr."
      const whose = kindOf(word)
      if (whose !== LABEL && whose !== VERB && whose !== NEUTRAL) return AGAINST
      compound = false
    }
    const kind = isMisread(word, text, index, end) ? 0 : kindOf(word)
    if (stop && kind !== 0 && text.charCodeAt(end) !== 0x3a && !abbreviations.has(word)) direct = false
    // what another sentence is about says little of this one
    if (stop && read && size > 1 && !abbreviations.has(word)) left = true
    stop = false
    read = true
    if (
      word === 'port' &&
      (text.charCodeAt(end) === 0x2e || (text.charCodeAt(end) === 0x20 && text.charCodeAt(end + 1) === 0x3a))
    )
      return direct ? LABELLED : NEAR
    if (
      kind === OTHER ||
      ((kind === PARTY || kind === OFFICE) && number) ||
      (kind === NUMBER && office) ||
      (word !== '' && acronyms.has(text.slice(from, end)))
    ) {
      // "room 214, 020 7946 0018": it has a number of its own
      // "ISBN-10" is one word
      const own = crossed > 0 && crossed < OWN_DIGITS && text.charCodeAt(end) !== 0x2d
      if (cue) return HINTED
      if (!left && !own) return words === 0 && crossed === 0 ? AGAINST : DOUBTED
      words += 1
      direct = false
      continue
    }
    if (left && (kind === LABEL || kind === VERB)) return HINTED
    if (kind === LABEL && word === 'tfn') return NEAR
    if (kind === LABEL) return direct ? LABELLED : words < NEAR_WORDS ? NEAR : HINTED
    if (kind === VERB) return direct ? DIALLED : HINTED
    if (kind === CUE) cue ||= !questions.has(word) || asks.test(text.slice(end, end + 2))
    else if (kind === NUMBER) {
      number = number || (words < 3 && crossed < OWN_DIGITS)
      compound = words === 0 && text.charCodeAt(index) === 0x2d && isLetter(text.charCodeAt(index - 1))
    } else if (kind !== NEUTRAL && kind !== PARTY) {
      if (kind === OFFICE) office = true
      words += 1
      direct = false
    }
  }
  if (hint !== '') {
    const said = saidByHint(hint)
    if (said !== SILENT) return said
  }
  return number || cue ? HINTED : SILENT
}

function saidByHint(hint: string): number {
  const found = hint.split(/[^\p{L}]+/u).map(kindOf)
  if (found.includes(LABEL)) return LABELLED
  if (found.includes(OTHER)) return AGAINST
  return found.includes(VERB) ? HINTED : SILENT
}

/** What someone did with a number that stands before it: `… called twice`. */
const done = new Set(
  `called rang texted phoned angerufen telefoniert gemeldet zurückrufen appelé appelée appelait téléphoné llamó llamado telefoneó
  chiamato chiamata telefonato gebeld belde`.split(/\s+/),
)
const BEHIND = 32
const labelsNext = new RegExp(`^[.:]? ?[+(\\d${SUBSTITUTE}]`)
const MOST_BEHIND = 5

for (const words of [kinds.keys(), abbreviations, done]) draw(words)
draw(Array.from(acronyms, (word) => word.toLowerCase()))

/**
 * @param text - the text
 * @param end - behind a number
 * @returns what the words behind it say: `(mobile)`, `EUR`, `… called`
 */
export function saidBehind(text: string, end: number): number {
  const most = Math.min(text.length, end + BEHIND)
  let index = end
  for (let words = 0; words < MOST_BEHIND; words += 1) {
    while (index < most && !isLetter(text.charCodeAt(index))) {
      const code = text.charCodeAt(index)
      if (code === REPLACED || code === 0x0a || code === 0x2b || code === 0x40) return SILENT
      index += 1
    }
    if (index >= most) return SILENT
    let to = index
    while (to < text.length && to - index < 16 && isLetter(text.charCodeAt(to))) to += 1
    if (isStrange(text, index, to)) {
      index = to
      continue
    }
    const word = text.slice(index, to).toLowerCase()
    if (words === 0 && index <= end + 3) {
      const kind = kindOf(word)
      const inside = text.charCodeAt(index - 1) === 0x28
      // "(mobile)", but "(Tel 030 …" is the label of the next one
      if (kind === LABEL && inside) return labelsNext.test(text.slice(to, to + 3)) ? SILENT : LABELLED
      // "030 1234567, Fax: …" is the label of the next one
      if (kind === LABEL && index === end + 1) return NEAR
      if (kind === OTHER && (index === end + 1 || inside)) return AGAINST
    }
    if (done.has(word)) return HINTED
    if (kindOf(word) !== 0 && kindOf(word) !== NEUTRAL) return SILENT
    index = to
  }
  return SILENT
}
