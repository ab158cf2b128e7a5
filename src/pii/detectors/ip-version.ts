/** Whether four numbers with dots between are rather a version, a heading, an object id or an amount. */
import { before, contextWords } from '../context.js'
import type { Haystack } from '../detector.js'
import { isAsciiLetter, isDigit, isWordAt } from '../text/letters.js'

/** Words beside an address. */
export const addressWords = contextWords(
  'ip',
  'ips',
  'ipv4',
  'ipv6',
  '*ip address*',
  '*adresse*',
  'address',
  'addr',
  'dirección',
  'indirizzo',
  'host*',
  'server*',
  'client*',
  'gateway',
  'dns',
  'nameserver',
  'subnet',
  'netz*',
  'network',
  'ping',
  'port',
  'ssh',
  'tcp',
  'udp',
  'remote',
  'src',
  'dst',
  'peer',
  'login*',
  'logged in',
  'request*',
  'connect*',
  'proxy',
  'firewall',
  'router',
  'listen*',
  'x forwarded for',
  'x real ip',
  'verbindung',
  'connexion',
  'conexión',
  'connessione',
  'verbinding',
)

/** Four decimal groups in range. */
export interface Quad {
  readonly start: number
  readonly end: number
  readonly octets: readonly number[]
}

/** Nothing but these may stand between such a word and a number that it makes a version, an object id or a mask. */
const namedOtherwise = new RegExp(
  '(?:version\\p{L}{0,8}|versión|versie|object ?identifier|firmware|release|build|revision|kernel|driver|runtime|patch|schema|' +
    'chrome|chromium|electron|webview\\d?|oid|§|netmask|(?<![\\p{L}])(?:ver|vers|rev|rel|v|mask|maske|masque))' +
    '[\\s.:=#"\'()\\[<>|*_-]{0,6}' +
    '(?:(?:is|of|to|from|number|nummer|número|numéro|numero|ist|auf|von|est|es|è|info)[\\s.:="\'#]{1,4})?$',
  'iu',
)
/** Before quads without a great number: products, orders, phones, places in documents. */
const namedSmall = new RegExp(
  '(?<![\\p{L}])(?:python|java|jdk|node|php|ruby|rails|perl|ios|android|macos|osx|linux|sap|excel|office|outlook|chrome|' +
    'firefox|safari|opera|openssl|lib\\p{L}{2,12}|mysql|postgres(?:ql)?|oracle|tomcat|jboss|gcc|cmake|boost|qt|jquery|react|' +
    'angular|spring|log4j|photoshop|acrobat|flash|esxi|gem|docker|jira|confluence|jenkins|gitlab|nginx|apache|httpd|iis|bios|uefi|fw|tag|checkout|branch|hotfix|ref|bsn|order|orders|bestell\\p{L}{0,10}|bestellung|auftrag\\p{L}{0,8}|los|lot|' +
    'batch|charge|pos|position|item|icd|ec|aktenzeichen|az|ticket|invoice|rechnung\\p{L}{0,8}|facture|factura|fattura|factuur|' +
    'artikel\\p{L}{0,8}|commande|pedido|ordine|step|schritt|étape|paso|rule|control|cis|anforderung|punkt|ziff|teil|part|' +
    'level|see|siehe|voir|véase|ver|vedi|zie|appendices|subsection|task|aufgabe|story|feature|api|protocol|spec|standard|sections?|chapter|chapitre|kapitel|abschnitt|' +
    'ziffer|absatz|klausel|clauses?|article|artículo|sección|apartado|sezione|capitolo|articolo|paragra(?:ph|af|phe)|hoofdstuk|' +
    'see also|siehe auch|voir aussi|véase también|vedi anche|zie ook|cf|vgl|git|sectie|appendix|annex|anhang|tabelle|table|figure|abbildung|requirement|sec|sect|art|abs|fig|tab|req|cap|nr|no|n°|nº|tel|' +
    'phone|telefon|fax|mobil|mobile|téléphone|teléfono|telefono)' +
    '[\\s.:=#"\'()\\[<>|*_-]{0,6}(?:(?:nr|no|number|nummer|ref)[\\s.:=#]{1,3})?$',
  'iu',
)

/** `update V8 to 10.8.168.25`: a version, unless an address is spoken of. */
const moved =
  /(?:updat|upgrad|patch|roll|bump|downgrad|aktualisier|actualiz|aggiorna)\p{L}{0,6}(?:\s[^\s]{1,16}){0,4}\s(?:to|from|auf|von|a|à|vers|da)\s$/iu
const specification = /(?:^|[^a-z])(?:rfc|ecma|iso|iec|ieee|din|nist|etsi|itu|bsi)[ -]?\d[\d-]{1,6}(?::\d{4})?,?\s$/i

/** What browsers and clients call themselves: `Chrome/120.0.0.0`. */
export const agent =
  /(?:chrome|chromium|edg|edge|edga|opr|opera|version|firefox|safari|samsungbrowser|yabrowser|vivaldi|electron|headlesschrome|crios|fxios|okhttp|curl|client)\/$/i

const versionWords = contextWords(
  '*version*',
  'versión',
  '*versie',
  'firmware',
  'release*',
  'build',
  'changelog',
  'upgrade*',
  'downgrade*',
  'update*',
  'aktualisier*',
  'mise à jour',
  'actualiza*',
  'aggiorna*',
  'section*',
  'kapitel',
  'abschnitt*',
  'clause*',
  'chapter',
  'oid',
  'driver',
  'patch*',
  'installed',
  'package',
  'assembly',
  'affect*',
  'cve*',
  'fixed in',
  'vulnerab*',
  'betroffen*',
  'dll',
)

/** `>=1.2.3.4`, `==1.2.3.4`: a version's bounds. */
const bound = /(?:[<>=~!]=|~>)\s?$/

/** What was done to a program: beside such words a small number is rather one of its versions. */
const changeWords = contextWords(
  'introduced',
  'merged',
  'fixed',
  'broken',
  'broke',
  'regress*',
  'deprecated',
  'backport*',
  'landed',
  'shipped',
  'removed in',
  'added in',
  'since',
  'upstream',
  'behoben',
  'eingeführt',
  'introduit*',
  'corrigé*',
  'corregid*',
  'introdott*',
  'corrett*',
  'opgelost',
)
/** What such a number is joined to them by, and what leads to an address as often as not. */
const changeJoint =
  /(?:^|[^\p{L}])(?:in|to|is at|since|with|ab|seit|dans|depuis|en|desde|nella|dal|sinds|and|or|und|et|y|e|[([])\s?$/iu
const notes = /^\s(?:release notes|changelog|release\b)/i

const currency = /^(?:,\d{1,2})?\s?(?:€|\$|£|¥|EUR|USD|CHF|GBP|kr\b|Euro|Dollar|Franken)/u
const currencyBefore = /(?:€|\$|£|¥|EUR|USD|CHF|GBP)\s?$/u
/** Behind a number that begins a line: a title. */
export const heading = /^\.?\s{1,4}\p{Lu}\p{Ll}/u

/**
 * `1.100.200.250,00`, `EUR 1.100.200.250`.
 *
 * @param text - the text
 * @param quad - in it
 * @returns whether it is an amount in groups of thousands
 */
export function isAmount(text: string, { start, end, octets }: Quad): boolean {
  const [, b, c, d] = octets as [number, number, number, number]
  if (b < 100 || c < 100 || (d < 100 && d > 0)) return false
  return currency.test(text.slice(end, end + 12)) || currencyBefore.test(text.slice(Math.max(0, start - 5), start))
}

/**
 * @param haystack - the text and its hint
 * @param start - of the quad
 * @param small - whether no group is greater than 99, so that it may be a heading's number or an order's
 * @returns whether a word right before it, perhaps with a sign or a bracket between, makes it something else
 */
export function isNamedOtherwise(haystack: Haystack, start: number, small: boolean): boolean {
  const { text, hint } = haystack
  if (hint !== '' && namedOtherwise.test(hint)) return true
  const floor = Math.max(0, start - 9)
  let index = start
  while (index > floor && !isWordAt(text, index - 1)) {
    const code = text.charCodeAt(index - 1)
    if (code === 0xa7 || code === 0xb0) break
    index -= 1
  }
  if (index === start) return false
  if (bound.test(text.slice(Math.max(0, start - 3), start))) return true
  const head = text.slice(Math.max(0, start - 40), start)
  if (isDigit(text.charCodeAt(index - 1))) return small && specification.test(head.slice(-20))
  if (namedOtherwise.test(head) || (small && namedSmall.test(head))) return true
  return text.charCodeAt(start - 1) === 0x20 && moved.test(head) && !before(haystack, start, addressWords)
}

/**
 * `introduced in 1.6.4.3`, `merged to 1.6.2.4`.
 *
 * @param haystack - the text and its hint
 * @param start - of a quad of small numbers
 * @returns whether a program's changes are spoken of before it, and no address
 */
export function isChangeSpokenOf(haystack: Haystack, start: number): boolean {
  const { text } = haystack
  if (!changeJoint.test(text.slice(Math.max(0, start - 9), start))) return false
  return before(haystack, start, changeWords) && !before(haystack, start, addressWords)
}

/** A heading of HTML, or a link within a page, opened right before. */
const opened =
  /<(?:h[1-6]\b[^<>]{0,64}|a\b[^<>]{0,48}href=["']?[^"'<>\s]{0,48}#[^<>]{0,48}|span class="(?:sec|toc)[^<>]{0,32})>\s?$/i
/** An anchor that ends right before, and the title behind. */
const anchored = /<\/(?:a|span)>\s?$/i

/**
 * `<h4>2.3.4.1 Arrays</h4>`, `<a href="#x">2.3.4.1</a>`, `1.7.12.1 Release Notes`.
 *
 * @param text - the text
 * @param quad - of small numbers
 * @returns whether markup makes it the number of a heading, or its title follows
 */
export function isMarkedUp(text: string, { start, end }: Quad): boolean {
  if (notes.test(text.slice(end, end + 16))) return true
  const code = text.charCodeAt(start - 1)
  if (code === 0x5b && heading.test(text.slice(end, end + 8))) return true
  if (code !== 0x3e && !(code === 0x20 && text.charCodeAt(start - 2) === 0x3e)) return false
  const head = text.slice(Math.max(0, start - 90), start)
  return opened.test(head) || (anchored.test(head) && heading.test(text.slice(end, end + 8)))
}

/** Two or three decimals that run together, and no more: four groups are an address of their own. */
const pathBefore = /(?:^|[ ,a-z-])(?:\d{0,4}\.\d{1,4}-\d{0,4}\.\d{1,4}|\d{0,4}\.\d{1,4}\.\d{1,4})[ ,]$/i
const pathBehind = /^[ ,]-?\d{0,4}\.\d{1,4}(?:-|\.\d{1,4})(?![\d.]*\.)/

/**
 * `2.83-2.12 3.51.98.32 2.03.5`: decimals of a drawing's path, whose leading zeros were left out.
 *
 * @param text - the text
 * @param start - of a quad
 * @param end - the offset behind it
 * @returns whether numbers run together like this stand on both sides
 */
export function isPath(text: string, start: number, end: number): boolean {
  const code = text.charCodeAt(start - 1)
  if (!(code === 0x20 || code === 0x2c) || !isDigit(text.charCodeAt(start - 2))) return false
  return pathBehind.test(text.slice(end, end + 24)) && pathBefore.test(text.slice(Math.max(0, start - 24), start))
}

/** Right before an address these say that something is there. */
const placed =
  /(?<![\p{L}])(?:on|at|via|by|läuft auf|liegt auf|installiert auf|ssh|ping|bei|an|sur|chez|en|su|presso|op)\s$/iu

/** `läuft Version 1.9 schon auf`, where nothing is brought up to it. */
const placedFar = /(?<![\p{L}])(?:läuft|lief|laufen|liegt|installiert|verfügbar)\s(?:[^?!\n]{0,40}\s)?auf\s$/iu

/**
 * @param haystack - the text and its hint
 * @param start - of the quad
 * @returns whether versions are spoken of before it, and nothing right before it says that something is there
 */
export function isVersionSpokenOf(haystack: Haystack, start: number): boolean {
  const { text, hint } = haystack
  const from = Math.max(0, start - 64)
  if (hint === '' && !hasLetter(text, Math.max(from, start - 40), start)) return false
  if (!before(haystack, start, versionWords)) return false
  if (hint !== '' && versionWords.test(hint)) return true
  // The later word counts: `{"version":"2.0.1","ip":"…"}`, `the update server is …`.
  let rest = text.slice(from, start).toLowerCase()
  for (let match = versionWords.exec(rest); match !== null; match = versionWords.exec(rest))
    rest = rest.slice(match.index + match[0].length)
  return !addressWords.test(rest) && !placed.test(rest) && !placedFar.test(text.slice(from, start))
}

/**
 * `Oracle 10.2.0.4`: private by its range, but nothing else says so.
 *
 * @param haystack - the text and its hint
 * @param start - of the quad
 * @returns whether a version or product is spoken of before it, and no address
 */
export function isRatherVersion(haystack: Haystack, start: number): boolean {
  const { text } = haystack
  if (!isVersionSpokenOf(haystack, start) && !namedSmall.test(text.slice(Math.max(0, start - 40), start))) return false
  return !before(haystack, start, addressWords)
}

function hasLetter(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (isAsciiLetter(text.charCodeAt(index))) return true
  return false
}

/**
 * @param text - the text
 * @param start - of the quad
 * @returns whether nothing but blanks, `#` and `*` stand before it in its line
 */
export function isLineStart(text: string, start: number): boolean {
  let index = start
  for (
    let code = text.charCodeAt(index - 1);
    start - index < 8 && (code === 0x20 || code === 0x09 || code === 0x23 || code === 0x2a);
  )
    code = text.charCodeAt(--index - 1)
  return index === 0 || text.charCodeAt(index - 1) === 0x0a
}
