import { closesAt, isDash, isDigit, isGap, isLetter, isWord, opensAt } from '../chars.js'
import { before, contextWords } from '../context.js'
import type { Detector, Haystack, Report } from '../detector.js'
import { bareVat, LONGEST_VAT, type VatShape, vatCountries } from './vat-countries.js'

const vatWords = contextWords(
  'vat',
  'vat*',
  'gst*',
  'ust-id*',
  'ustid*',
  'ust.-id*',
  'ust id*',
  'ust-nr*',
  'umsatzsteuer*',
  'mehrwertsteuer*',
  'mwst*',
  'uid',
  'uid-nr*',
  'uid-nummer*',
  'tva*',
  'taxe sur la valeur ajoutée',
  'partita iva',
  'p. iva',
  'p.iva',
  'p.i.',
  'piva',
  'iva',
  'nif-iva',
  'btw*',
  'omzetbelasting*',
  'moms*',
  'mva',
  'alv*',
  'dph',
  'áfa',
  'dič',
  'pvm*',
  'km-kood',
)

const otherWords = contextWords(
  'order*',
  'bestell*',
  'commande*',
  'pedido*',
  'ordine*',
  'tracking*',
  'sendung*',
  'isin*',
  'wkn',
  'serial*',
  'part',
  'artikel*',
  'article*',
  'flight*',
  'flug*',
  'sku',
  'model*',
  'patent*',
)

/** Numbers of invoices look alike; but an invoice tells its sender's id as well. */
const invoiceWords = contextWords(
  'invoice*',
  'rechnung*',
  'facture*',
  'factura*',
  'fattura*',
  'factuur*',
  'ref',
  'reference*',
)

/** So near before a number without a prefix the word must stand. */
const LABEL = 48

/** The prefix, and what may stand between it and the first digit: `FR AB 1`. */
const FARTHEST = 6

/** So many separators in a row. */
const WIDEST_GAP = 2

const swissTax = /^[ .-]{0,2}(?:MWST|TVA|IVA|VAT|TPV)(?![\p{L}\p{N}])/u
const norwegianTax = /^ ?MVA(?![\p{L}\p{N}])/u

const place = (first: number, second: number): number => ((first | 0x20) - 0x61) * 26 + (second | 0x20) - 0x61

function byPlace(): readonly (readonly VatShape[] | undefined)[] {
  const all: (readonly VatShape[] | undefined)[] = new Array(26 * 26).fill(undefined)
  for (const [code, country] of Object.entries(vatCountries))
    all[place(code.charCodeAt(0), code.charCodeAt(1))] = country
  return all
}

/** The letters and digits from a place on, without separators, in capitals, and where each of them ends in the text. */
interface Body {
  readonly compact: string
  readonly ends: readonly number[]
}

function read(text: string, from: number, longest: number): Body {
  const ends: number[] = [from]
  let at = from
  let gap = 0
  while (ends.length <= longest) {
    const code = text.charCodeAt(at)
    if (isDigit(code) || isLetter(code)) {
      ends.push(at + 1)
      gap = 0
    } else if (isGap(code) && gap < WIDEST_GAP) gap += 1
    else break
    at += 1
  }
  const written = text.slice(from, ends.at(-1))
  return {
    ends,
    compact: (written.length < ends.length ? written : written.replace(/[^A-Za-z0-9]/g, '')).toUpperCase(),
  }
}

/** Whether the groups are those of an account number: two, four, four, and more behind. */
function likeIban(text: string, { ends }: Body, length: number): boolean {
  const apart = (index: number) => (ends[index + 1] as number) - (ends[index] as number) > 1
  const end = ends[length] as number
  return length > 6 && apart(2) && apart(6) && isGap(text.charCodeAt(end)) && isWord(text.charCodeAt(end + 1))
}

function fits({ length, form, valid }: VatShape, body: Body, text: string): boolean {
  if (body.compact.length < length) return false
  if (!closesAt(text, body.ends[length] as number)) return false
  const value = body.compact.slice(0, length)
  return form.test(value) && !likeIban(text, body, length) && valid(value)
}

/** Where the prefix begins whose id has its first digit at `start`; -1 where there is none. */
function prefixBefore(
  text: string,
  start: number,
  covered: number,
  table: readonly (readonly VatShape[] | undefined)[],
): number {
  const last = Math.max(covered, start - FARTHEST)
  for (let at = start - 1; at >= last; at -= 1) {
    const code = text.charCodeAt(at)
    if (!isLetter(code)) {
      if (!isGap(code)) return -1
      continue
    }
    const next = text.charCodeAt(at + 1)
    if (!isLetter(next) || at + 2 > start) continue
    if (opensAt(text, at) && table[place(code, next)]) return at
  }
  return -1
}

function prefixed(haystack: Haystack, from: number, country: readonly VatShape[], report: Report): number {
  const { text } = haystack
  const lower = (text.charCodeAt(from) & 0x20) !== 0 || (text.charCodeAt(from + 1) & 0x20) !== 0
  // "es 12 345 678" begins with a word.
  if (lower && !isWord(text.charCodeAt(from + 2))) return -1
  const body = read(text, from + 2, country[0]?.length ?? 0)
  for (const form of country) {
    if (!fits(form, body, text)) continue
    haystack.step()
    let end = body.ends[form.length] as number
    let { score } = form
    if (lower) score -= 0.2
    if (country === vatCountries.CH) end += swissTax.exec(text.slice(end, end + 8))?.[0].length ?? 0
    if (isDash(text.charCodeAt(end)) && isWord(text.charCodeAt(end + 1))) score -= 0.3
    if (isDash(text.charCodeAt(from - 1)) && isWord(text.charCodeAt(from - 2))) score -= 0.3
    if (before(haystack, from, vatWords)) score = Math.min(0.98, score + (score < 0.5 ? 0.3 : 0.1))
    else if (before(haystack, from, otherWords)) score -= 0.45
    else if (before(haystack, from, invoiceWords)) score -= 0.3
    report(
      from,
      end,
      'VAT',
      score,
      form.score < 0.5 ? 'short, with prefix; context' : 'checksum, prefix of the country',
    )
    return end
  }
  return -1
}

/** Whether the digits from a run on, separators left out, are enough for an id: all begin with seven, but for a letter. */
function enoughDigits({ text, digits }: Haystack, index: number): boolean {
  const { at, length } = digits
  let count = 0
  for (let next = index; next < length; next += 2) {
    count += (at[next + 1] as number) - (at[next] as number)
    if (count >= 7) return count <= LONGEST_VAT + 1
    const end = at[next + 1] as number
    const gap = (at[next + 2] as number) - end
    if (next + 2 >= length || gap > WIDEST_GAP || !isGap(text.charCodeAt(end))) return false
  }
  return false
}

/** An id behind a word that says what it is, or before one: `BTW 123456789B01`, `995 525 828 MVA`. */
function labelled(haystack: Haystack, start: number, report: Report): number {
  const { text } = haystack
  const from = text.charCodeAt(start - 1) === 0x55 ? start - 1 : start // U of Austria
  if (!opensAt(text, from) || isDigit(text.charCodeAt(from - 2))) return -1
  const body = read(text, from, LONGEST_VAT)
  if (body.compact.length < 8) return -1
  const norwegian = vatCountries.NO?.[0]
  if (norwegian && body.compact.length === 12 && body.compact.endsWith('MVA') && fits(norwegian, body, text)) {
    const end = body.ends[12] as number
    if (!norwegianTax.test(text.slice(body.ends[9], end + 1))) return -1
    haystack.step()
    report(from, end, 'VAT', 0.9, 'checksum, MVA behind it')
    return end
  }
  let told: boolean | undefined
  for (const form of bareVat) {
    if (body.compact.length < form.length || !closesAt(text, body.ends[form.length] as number)) continue
    if (!form.form.test(body.compact.slice(0, form.length))) continue
    if (told === undefined) {
      const cut = Math.max(0, from - LABEL)
      told = before({ ...haystack, text: text.slice(cut, from) }, from - cut, vatWords)
    }
    if (!told) return -1
    if (!fits(form, body, text)) continue
    haystack.step()
    const end = body.ends[form.length] as number
    report(from, end, 'VAT', 0.7, 'checksum; context')
    return end
  }
  return -1
}

/**
 * VAT ids of the EU's states, Great Britain, Northern Ireland, Switzerland and Norway with the country's prefix, by checksum;
 * without it behind a word that says what they are.
 *
 * @returns the detector of VAT
 */
export function vat(): Detector {
  let table: readonly (readonly VatShape[] | undefined)[] | undefined
  return {
    name: 'vat',
    version: '1',
    types: ['VAT'],
    find(haystack, report) {
      const { text, digits } = haystack
      table ??= byPlace()
      let covered = 0
      for (let index = 0; index < digits.length; index += 2) {
        const start = digits.at[index] as number
        if (start < covered) continue
        const from = prefixBefore(text, start, covered, table)
        if (from >= 0) {
          const country = table[place(text.charCodeAt(from), text.charCodeAt(from + 1))] as readonly VatShape[]
          const end = prefixed(haystack, from, country, report)
          if (end > 0) {
            covered = end
            continue
          }
        }
        if (!enoughDigits(haystack, index)) continue
        const end = labelled(haystack, start, report)
        if (end > 0) covered = end
      }
    },
  }
}
