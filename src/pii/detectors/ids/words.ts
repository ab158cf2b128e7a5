/**
 * Words beside numbers. A text full of numbers asks for the same words again and again, so each stretch is taken apart
 * once, as far as a candidate asks for, and what was found is kept by place.
 */

/** A word or phrase and the groups that it speaks for. */
interface Entry {
  /** Words that stand before the last one, the nearest first. */
  readonly lead: readonly string[]
  /** The last word goes on. */
  readonly stem: string | undefined
  /** Counts only in upper case, or as a label. */
  readonly upper: boolean
  readonly groups: number[]
}

/** All words of one detector. */
export interface WordBook {
  readonly exact: ReadonlyMap<string, Entry[]>
  /** By their first three letters. */
  readonly stems: ReadonlyMap<string, Entry[]>
  /** Of scripts that don't part words. */
  readonly unparted: readonly { readonly word: string; readonly groups: number[] }[]
  /** Which pairs of first and last letter, and length, a word of the book has. */
  readonly ends: Uint8Array
  /** Which pairs of first letters a stem of the book has. */
  readonly starts: Uint8Array
}

/** How many characters before a candidate a word may begin. */
const BEFORE = 72

/** How many characters behind a candidate a word may begin. */
const BEHIND = 28

/** What is read at most on either side, so that a word at the edge is read as a whole. */
const READ = 92

/** Words longer than this are none. */
const LONGEST_WORD = 40

const marks = /\p{M}/gu

const ascii = /^[a-z]+$/

/** Lower case, without marks: `Sécurité` is `securite`. */
function plain(word: string): string {
  const lower = word.toLowerCase()
  return ascii.test(lower) ? lower : lower.normalize('NFD').replace(marks, '')
}

const endsKey = (first: number, last: number, length: number): number =>
  ((first & 31) << 7) | ((last & 31) << 2) | (length & 3)

const startsKey = (first: number, second: number): number => ((first & 31) << 5) | (second & 31)

const unparted = /[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af]/

function isUnparted(code: number): boolean {
  return (code >= 0x3040 && code < 0xa000) || (code >= 0xac00 && code < 0xd7b0) || (code >= 0x0e00 && code < 0x0e80)
}

function isLetter(code: number): boolean {
  if (code < 0x80) return (code > 0x60 && code < 0x7b) || (code > 0x40 && code < 0x5b)
  if (code < 0x2000) return code >= 0xc0 && code !== 0xd7 && code !== 0xf7
  return code >= 0x3040 && code < 0xfb00 && (code < 0xd800 || code > 0xdfff)
}

const isUpper = (code: number): boolean => code > 0x40 && code < 0x5b

const isLower = (code: number): boolean => code > 0x60 && code < 0x7b

/**
 * @param lists - for each group its words
 * @returns the book of them
 */
export function wordBook(lists: readonly (readonly string[])[]): WordBook {
  const exact = new Map<string, Entry[]>()
  const stems = new Map<string, Entry[]>()
  const whole: { word: string; groups: number[] }[] = []
  const ends = new Uint8Array(4096)
  const starts = new Uint8Array(1024)
  const add = (to: Map<string, Entry[]>, key: string, entry: Entry): void => {
    const known = to.get(key)
    if (!known) {
      to.set(key, [entry])
      return
    }
    const twin = known.find(
      ({ lead, stem, upper }) =>
        stem === entry.stem && upper === entry.upper && lead.join(' ') === entry.lead.join(' '),
    )
    if (twin) twin.groups.push(...entry.groups)
    else known.push(entry)
  }
  for (const [group, words] of lists.entries()) {
    for (const given of words) {
      if (unparted.test(given)) {
        whole.push({ word: given, groups: [group] })
        continue
      }
      const open = given.endsWith('*')
      const phrase = open ? given.slice(0, -1) : given
      const upper = /^[A-Z &]+$/.test(phrase)
      const parts = phrase.split(/[^\p{L}\p{M}]+/u).map(plain)
      const last = parts.at(-1) as string
      const entry: Entry = { lead: parts.slice(0, -1).reverse(), stem: open ? last : undefined, upper, groups: [group] }
      if (open) {
        add(stems, last.slice(0, 3), entry)
        starts[startsKey(last.charCodeAt(0), last.charCodeAt(1))] = 1
      } else {
        add(exact, last, entry)
        ends[endsKey(last.charCodeAt(0), last.charCodeAt(last.length - 1), last.length)] = 1
      }
    }
  }
  return { exact, stems, unparted: whole, ends, starts }
}

/** Words of a book in one text, found as far as asked for. */
export interface Reader {
  /** Words found so far, in the order of their ends. */
  readonly starts: number[]
  readonly ends: number[]
  readonly groups: (readonly number[])[]
  /**
   * Reads as far as a candidate's words may stand.
   *
   * @returns the place in the lists of the first word that may count
   */
  read(start: number, end: number): number
}

/** Whether a word that begins there may count for a candidate. */
export const reaches = (wordStart: number, start: number, end: number): boolean =>
  wordStart >= start - BEFORE && wordStart <= end + BEHIND

/** @returns the end of what redaction left, or 0 where it left nothing */
function placeholderEnd(text: string, at: number, limit: number): number {
  let index = at + 1
  if (!isUpper(text.charCodeAt(index))) return 0
  while (index < limit && (isUpper(text.charCodeAt(index)) || isRest(text.charCodeAt(index)))) index += 1
  if (text.startsWith(':hmac:', index)) {
    index += 6
    while (index < limit && (isLower(text.charCodeAt(index)) || isRest(text.charCodeAt(index)))) index += 1
  }
  return text.charCodeAt(index) === 0x5d ? index + 1 : 0
}

/** A digit or `_`. */
const isRest = (code: number): boolean => code === 0x5f || (code > 0x2f && code < 0x3a)

/**
 * @param book - words to look for
 * @param text - where
 * @param isLabel - the whole text is a label
 * @returns what reads it
 */
export function readerOf(book: WordBook, text: string, isLabel = false): Reader {
  const starts: number[] = []
  const ends: number[] = []
  const groups: (readonly number[])[] = []
  /** Bounds of the last words, two entries each, the latest at the end; and the words where they were asked for. */
  const recent: number[] = []
  const spelled: (string | undefined)[] = []
  let readTo = 0
  let first = 0

  const labelled = (end: number): boolean => {
    if (isLabel) return true
    let index = end
    const code = text.charCodeAt(index)
    if (code === 0x22 || code === 0x27 || code === 0x2a) index += code === 0x2a ? 2 : 1
    const sign = text.charCodeAt(index)
    return sign === 0x3a || sign === 0x3d || sign === 0x23 || sign === 0x5f || sign === 0x7c
  }

  const led = (lead: readonly string[], wordStart: number): number => {
    let next = wordStart
    for (let place = 0; place < lead.length; place += 1) {
      const at = recent.length - 2 - place * 2
      if (at < 0) return -1
      const from = recent[at] as number
      const to = recent[at + 1] as number
      if (next - to > 3) return -1
      const known = at >> 1
      const word = spelled[known] ?? plain(text.slice(from, to))
      spelled[known] = word
      if (word !== lead[place]) return -1
      next = from
    }
    return next
  }

  const take = (entries: readonly Entry[] | undefined, word: string, from: number, to: number): void => {
    if (!entries) return
    for (const { lead, stem, upper, groups: speaksFor } of entries) {
      if (stem !== undefined && !word.startsWith(stem)) continue
      if (upper && !labelled(to) && !(isUpper(text.charCodeAt(from)) && isUpper(text.charCodeAt(to - 1)))) continue
      const start = lead.length === 0 ? from : led(lead, from)
      if (start < 0) continue
      starts.push(start)
      ends.push(to)
      groups.push(speaksFor)
    }
  }

  const word = (from: number, to: number): void => {
    const length = to - from
    let lower: string | undefined
    const one = text.charCodeAt(from)
    const two = text.charCodeAt(from + 1)
    const last = text.charCodeAt(to - 1)
    const foreign = one > 0x7f || two > 0x7f || last > 0x7f
    if (foreign && isUnparted(one)) {
      const run = text.slice(from, to)
      for (const { word: part, groups: speaksFor } of book.unparted) {
        const at = run.lastIndexOf(part)
        if (at < 0) continue
        starts.push(from + at)
        ends.push(from + at + part.length)
        groups.push(speaksFor)
      }
    } else if (length <= LONGEST_WORD) {
      const mayEnd = foreign || book.ends[endsKey(one, last, length)] === 1
      const mayStart = foreign || book.starts[startsKey(one, two)] === 1
      if (mayEnd || mayStart) {
        lower = plain(text.slice(from, to))
        take(book.exact.get(lower), lower, from, to)
        take(book.stems.get(lower.slice(0, 3)), lower, from, to)
      }
    }
    recent.push(from, to)
    spelled.push(lower)
    if (recent.length > 64) {
      recent.splice(0, 56)
      spelled.splice(0, 28)
    }
  }

  const readOn = (from: number, limit: number): void => {
    let index = from
    while (index < limit) {
      const code = text.charCodeAt(index)
      if (!isLetter(code)) {
        const behind = code === 0x5b ? placeholderEnd(text, index, index + READ) : 0
        index = behind > 0 ? behind : index + 1
        continue
      }
      const start = index
      let upper = isUpper(code)
      const script = isUnparted(code)
      index += 1
      const longest = Math.min(text.length, start + READ)
      for (; index < longest; index += 1) {
        const next = text.charCodeAt(index)
        if (!isLetter(next) || (next > 0x7f && isUnparted(next) !== script)) break
        const nextUpper = isUpper(next)
        if (nextUpper && !upper && isLower(text.charCodeAt(index - 1))) break
        upper = nextUpper
      }
      // Letters inside of a number are none of its words.
      if (start === 0 || !isRest(text.charCodeAt(start - 1)) || text.charCodeAt(start - 1) === 0x5f) word(start, index)
    }
    readTo = index
  }

  return {
    starts,
    ends,
    groups,
    read(start, end) {
      let from = Math.max(0, start - READ)
      if (from > readTo) {
        recent.length = 0
        spelled.length = 0
        // A word that begins before the reach says nothing, whether it was read whole or not.
        while (from > 0 && from < start && isLetter(text.charCodeAt(from)) && isLetter(text.charCodeAt(from - 1)))
          from += 1
        readTo = from
      }
      readOn(readTo, Math.min(text.length, end + BEHIND))
      while (first < starts.length && (starts[first] as number) < start - BEFORE) first += 1
      return first
    },
  }
}
