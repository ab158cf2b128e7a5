/** What words say of a number that could be a card's. */
import { isDigit } from '../chars.js'
import { before, behind, contextWords } from '../context.js'
import type { Haystack } from '../detector.js'

const cardWords = contextWords(
  'card*',
  '*card',
  '*cards',
  'visa*',
  'mastercard*',
  'maestro',
  'amex',
  'american express',
  'diners*',
  'discover',
  'jcb',
  'unionpay',
  'rupay',
  'mir',
  'troy',
  'elo',
  'verve',
  'credit',
  'debit',
  'cvv*',
  'cvc*',
  'pan',
  'expir*',
  'valid thru',
  'exp',
  'cc',
  'ccnum*',
  '*karte',
  '*karten',
  'karte*',
  '*kartennummer',
  'kk-nr',
  'gültig bis',
  'ablauf*',
  'carte',
  'cartes',
  'carta',
  'carte di credito',
  'tarjeta*',
  'numerotarjeta',
  'caduc*',
  'scad*',
  'kaart*',
  '*kaart',
  '*kaartnummer',
  'geldig tot',
  '信用卡',
  'カード',
  'cartão',
  'karta',
  'kort*',
  '*kort',
  'карт*',
)

const otherWords = contextWords(
  'order*',
  'invoice*',
  'track*',
  'tracking*',
  'shipment*',
  'shipping',
  'parcel*',
  'iban*',
  'isbn*',
  'ean*',
  'gtin*',
  'upc',
  'barcode*',
  'strichcode*',
  'code-barres',
  'código de barras',
  'codice a barre',
  'streepjescode*',
  'lot',
  'batch',
  'imei*',
  'device*',
  'gerät*',
  'appareil*',
  'imsi*',
  'iccid*',
  'serial*',
  's/n',
  'sku',
  'ticket*',
  'reference*',
  'offset*',
  'byte',
  'bytes',
  'size',
  'length',
  'parent*',
  'seq',
  'sequence*',
  'count*',
  'position',
  'node',
  'hash',
  'checksum',
  'counter',
  'pacco',
  'pacchi',
  'paquete*',
  'klant*',
  'cliente*',
  'client number',
  'client no',
  'numéro client',
  'polizza',
  'pratica',
  'vertrag*',
  'contrat*',
  'dossier*',
  'doi',
  'arxiv',
  'ref',
  'transaction*',
  'txn*',
  'request*',
  'trace*',
  'message id',
  'user id',
  'session*',
  'timestamp*',
  'epoch',
  'build',
  'version*',
  'id',
  'uuid',
  'po',
  'item*',
  'product*',
  'article*',
  'part no',
  'part number',
  'meter*',
  'policy*',
  'claim*',
  'case',
  'customer*',
  'phone*',
  'tel',
  'fax',
  'mobile',
  'siret*',
  'siren',
  'gift*',
  'voucher*',
  'coupon*',
  'loyalty*',
  'member*',
  'bestell*',
  'auftrag*',
  '*auftrag*',
  'rechnung*',
  'sendung*',
  'paket*',
  'vorgang*',
  'kunden*',
  'artikel*',
  'seriennummer*',
  'zähler*',
  'referenz*',
  'commande*',
  'facture*',
  'suivi*',
  'colis*',
  'expédition',
  'référence*',
  'série',
  'pedido*',
  'factura*',
  'seguimiento*',
  'envío*',
  'referencia*',
  'serie',
  'ordine*',
  'fattura*',
  'spedizione*',
  'riferimento*',
  'seriale',
  'bestelling*',
  'bestelnummer*',
  'factuur*',
  'zending*',
  'pakket*',
  'referentie*',
  'kenmerk*',
  'serienummer*',
)

/** No farther than this words are looked for: what `context.ts` looks at. */
const BEFORE = 64
const BEHIND = 32

/** Whether there can be a word at all: between numbers in a column there is none, and asking is dear. */
function hasWords(haystack: Haystack, start: number, end: number): boolean {
  const { text, hint } = haystack
  if (hint !== '') return true
  const from = Math.max(0, start - BEFORE)
  const to = Math.min(text.length, end + BEHIND)
  let bare = bares.get(haystack)
  if (!bare) {
    bare = { from: 0, to: 0 }
    bares.set(haystack, bare)
  }
  if (from < bare.from || from > bare.to) {
    bare.from = from
    bare.to = from
  }
  while (bare.to < to && !(text.charCodeAt(bare.to) > 0x40)) bare.to += 1
  return bare.to < to
}

/** The stretch without words that was found last: of numbers in a row, each looks at most of the same place. */
const bares = new WeakMap<Haystack, { from: number; to: number }>()

/** So near before a number a word is its label, if no other number stands between them. */
const LABEL = 24

/** Words near a number; `doubt` where one tells of something else, but not as its label. */
export type Stance = 'card' | 'other' | 'doubt' | 'none'

/** Where the label of a number begins: behind the number before it, or so far as a label reaches. */
function labelStart(text: string, start: number): number {
  const least = Math.max(0, start - LABEL)
  let at = start
  while (at > least && !isDigit(text.charCodeAt(at - 1))) at -= 1
  return at
}

/**
 * @param haystack - the text and its hint
 * @param start - of the number
 * @param end - of the number
 * @returns what the words around it tell: a card, something else, or nothing; the label right before it is believed first
 */
export function stanceOf(haystack: Haystack, start: number, end: number): Stance {
  const column = haystack.columnAt(start)
  if (column !== '') {
    if (cardWords.test(column)) return 'card'
    if (otherWords.test(column)) return 'other'
  }
  if (!hasWords(haystack, start, end)) return 'none'
  const card = before(haystack, start, cardWords)
  const other = before(haystack, start, otherWords)
  if (!other) return card || behind(haystack, end, cardWords) ? 'card' : 'none'
  const from = labelStart(haystack.text, start)
  const label = { ...haystack, text: haystack.text.slice(from, start), hint: card ? '' : haystack.hint }
  if (card) return before(label, start - from, otherWords) && !before(label, start - from, cardWords) ? 'other' : 'card'
  if (before(label, start - from, otherWords)) return 'other'
  return behind(haystack, end, cardWords) ? 'card' : 'doubt'
}
