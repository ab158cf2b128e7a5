/** Looks for numbers of a list of schemes: shapes first, then words where a shape alone is not enough, then digits. */
import type { Detector, Haystack, Report } from '../../detector.js'
import { createMemo, type Memo, WORTH_REMEMBERING } from '../../memo.js'
import { isDay, number } from './arithmetic.js'
import { kindWords, otherWords, vagueWords } from './general-words.js'
import type { Kind, Scheme } from './scheme.js'
import { BRACKET, chunkKey, type Form, LONGEST, type Node, nextOf, separatorOf, stepKey, treeOf } from './shapes.js'
import { type Reader, reaches, readerOf, type WordBook, wordBook } from './words.js'

/** From here on a finding counts with the default threshold. */
const ENOUGH = 0.5

/** What a word of another number takes away. */
const CONTRADICTED = 0.35

/** What a sign of another number takes away: `#`, a prefix such as `ORD-`. */
const SIGNED = 0.25

/** More separated chunks than any form has. */
const MOST_CHUNKS = 9

/** A hint counts like a word that stands so far before the number. */
const HINTED = 39

/** A word of another number counts so far before a number that nothing else speaks for. */
const CLOSE = 28

/** A word behind a number counts as if it stood so much further away. */
const LESS_BEHIND = 16

const OTHER = 0
const VAGUE = 1
const kinds: readonly Kind[] = ['identity', 'social', 'health', 'tax']
const FIRST_SCHEME = 2 + kinds.length

/** Schemes made ready to be looked for. */
interface Prepared {
  readonly root: Node
  /** The nodes of chunks of digits alone, by length. */
  readonly plain: readonly (Node | undefined)[]
  readonly book: WordBook
  /** For each scheme and group: 2 a word of its own, 1 a general word. */
  readonly speaks: readonly Uint8Array[]
}

function prepare(schemes: readonly Scheme[]): Prepared {
  const root = treeOf(schemes)
  const plain = Array.from({ length: LONGEST + 1 }, (_, length) => root.next?.get(stepKey(0, chunkKey(length, 0))))
  const groups = FIRST_SCHEME + schemes.length
  const speaks = schemes.map((scheme, index) => {
    const row = new Uint8Array(groups)
    for (const kind of scheme.kinds) row[2 + kinds.indexOf(kind)] = 1
    row[FIRST_SCHEME + index] = 2
    return row
  })
  const book = wordBook([
    otherWords,
    vagueWords,
    ...kinds.map((kind) => kindWords[kind]),
    ...schemes.map(({ words }) => words),
  ])
  return { root, plain, book, speaks }
}

const isDigit = (code: number): boolean => code > 0x2f && code < 0x3a

const isAsciiLetter = (code: number): boolean => (code > 0x40 && code < 0x5b) || (code > 0x60 && code < 0x7b)

/** Letters of other scripts: no boundary of a number either. */
const isForeignLetter = (code: number): boolean =>
  code > 0xbf && code !== 0xd7 && code !== 0xf7 && (code < 0x2000 || (code > 0x2fff && code < 0xd800 && code > 0x9fff))

const isWordly = (code: number): boolean => isDigit(code) || isAsciiLetter(code) || isForeignLetter(code)

/** What a candidate's neighbours say: something goes on there, another number is marked, a number follows, nothing. */
const LOOSE = 0
const MARKED = 1
const NEIGHBOUR = 2
const FREE = 3

/** @returns what stands before a candidate */
function cutBefore(text: string, start: number): number {
  if (start === 0) return FREE
  const code = text.charCodeAt(start - 1)
  if (isWordly(code)) return LOOSE
  const further = start > 1 ? text.charCodeAt(start - 2) : 0
  switch (code) {
    case 0x20:
      return isDigit(further) ? NEIGHBOUR : FREE
    case 0x2d: // -
      return isDigit(further) ? LOOSE : isAsciiLetter(further) ? MARKED : FREE
    case 0x2e: // .
      return isDigit(further) ? LOOSE : FREE
    case 0x2f: // /
      return isDigit(further) ? MARKED : FREE
    case 0x23: // #
      return isAsciiLetter(further) ? FREE : MARKED
    case 0x2b: // +
    case 0x40: // @
    case 0x24: // $
    case 0x25: // %
    case 0xa3: // £
    case 0xa5: // ¥
    case 0x20ac: // €
      return LOOSE
    default:
      return FREE
  }
}

/** @returns what stands behind a candidate */
function cutBehind(text: string, end: number): number {
  if (end === text.length) return FREE
  const code = text.charCodeAt(end)
  if (isWordly(code)) return LOOSE
  const further = end + 1 < text.length ? text.charCodeAt(end + 1) : 0
  switch (code) {
    case 0x20:
      return isDigit(further) ? NEIGHBOUR : further === 0x20ac || further === 0x24 || further === 0xa3 ? MARKED : FREE
    case 0x2d: // -
      return isDigit(further) ? LOOSE : isAsciiLetter(further) ? MARKED : FREE
    case 0x2e: // .
      return isDigit(further) ? LOOSE : FREE
    case 0x2f: // /
    case 0x2b: // +
    case 0x3a: // :
      return isDigit(further) ? MARKED : FREE
    case 0x24: // $
    case 0x25: // %
    case 0x40: // @
    case 0x20ac: // €
      return LOOSE
    default:
      return FREE
  }
}

/** What a number is made of: letters and digits, signs left out. */
function compacted(raw: string): string {
  let compact = ''
  let from = 0
  for (let index = 0; index < raw.length; index += 1) {
    const code = raw.charCodeAt(index)
    if (isDigit(code) || isAsciiLetter(code)) continue
    if (index > from) compact += raw.slice(from, index)
    from = index + 1
  }
  return from === 0 ? raw : compact + raw.slice(from)
}

/** What was worked out for one candidate. */
interface Checked {
  readonly id: string
  /** Whether there are small letters in it. */
  readonly small: boolean
  /** What each form's scheme says, as far as it was asked. */
  readonly verdicts: (boolean | number | undefined)[]
}

function checkedOf(raw: string): Checked {
  const compact = compacted(raw)
  const id = compact.toUpperCase()
  return { id, small: id !== compact, verdicts: [] }
}

/** One text that is being looked through. */
interface Search {
  readonly haystack: Haystack
  readonly report: Report
  readonly type: string
  readonly prepared: Prepared
  reader: Reader | undefined
  /** Made only where there are many candidates. */
  memo: Memo<Checked> | undefined
  candidates: number
  /** Groups of words in the hint; absent where there is none. */
  readonly hinted: readonly number[]
  /** Groups of words at the heads of columns that were asked for. */
  readonly columns: Map<string, readonly number[]>
}

/** What the words beside one candidate say; kept outside so that listening makes no object. */
const voices = {
  /** Groups that speak for numbers, and how far from the candidate. */
  groups: [] as number[],
  distances: [] as number[],
  /** How many entries of these lists count. */
  count: 0,
  /** The distance of the nearest word of another number before it. */
  other: Number.POSITIVE_INFINITY,
  vague: false,
  /** A line ends between that word and the candidate: in the head of a table, labels of other columns stand nearer. */
  headed: false,
}

function hear(groups: readonly number[], distance: number, isBefore: boolean): void {
  for (const group of groups) {
    if (group === OTHER) {
      if (isBefore && distance < voices.other) voices.other = distance
    } else if (group === VAGUE) {
      voices.vague ||= isBefore
    } else {
      voices.groups[voices.count] = group
      voices.distances[voices.count] = distance
      voices.count += 1
    }
  }
}

/** A word behind a number names it (`… is my SIN`) unless it is the label of what follows. */
function namesWhatIsBefore(text: string, end: number, from: number, to: number): boolean {
  for (let index = end; index < from; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x0a || code === 0x7c || code === 0x3b || code === 0x09 || isDigit(code)) return false
  }
  let index = to
  const limit = Math.min(text.length, to + 4)
  while (index < limit) {
    const code = text.charCodeAt(index)
    if (code === 0x3a || code === 0x3d || code === 0x23 || isDigit(code)) return false
    if (code !== 0x20 && code !== 0x22 && code !== 0x27) return true
    index += 1
  }
  return true
}

function inColumn({ columns, prepared }: Search, column: string): readonly number[] {
  let groups = columns.get(column)
  if (!groups) {
    groups = groupsOf(prepared.book, column)
    columns.set(column, groups)
  }
  return groups
}

/** Gathers the words that may count for a candidate. */
function listen(search: Search, start: number, end: number): void {
  const { haystack, prepared, hinted } = search
  const { text } = haystack
  voices.count = 0
  voices.other = Number.POSITIVE_INFINITY
  voices.vague = false
  if (hinted.length > 0) hear(hinted, HINTED, true)
  const column = haystack.columnAt(start)
  if (column !== '') hear(inColumn(search, column), 0, true)
  search.reader ??= readerOf(prepared.book, text)
  const { reader } = search
  for (let index = reader.read(start, end); index < reader.starts.length; index += 1) {
    const from = reader.starts[index] as number
    if (!reaches(from, start, end)) continue
    const to = reader.ends[index] as number
    const groups = reader.groups[index] as readonly number[]
    if (to <= start) hear(groups, start - to, true)
    else if (from >= end && namesWhatIsBefore(text, end, from, to)) hear(groups, from - end + LESS_BEHIND, false)
  }
  const { other } = voices
  voices.headed = voices.count > 0 && other < start && text.slice(start - other, start).includes('\n')
}

/** What the words say of one scheme: 2 its own, 1 a general word, 0 nothing, -1 another number's. */
function heard(search: Search, index: number): number {
  const row = search.prepared.speaks[index] as Uint8Array
  const { groups, distances, count, other, vague } = voices
  let said = 0
  let nearest = Number.POSITIVE_INFINITY
  for (let place = 0; place < count; place += 1) {
    const voice = row[groups[place] as number] as number
    if (voice === 0) continue
    if (voice > said) said = voice
    if ((distances[place] as number) < nearest) nearest = distances[place] as number
  }
  if (said === 0) return other <= CLOSE || (vague && other === Number.POSITIVE_INFINITY) ? -1 : 0
  if (other >= nearest) return said
  return voices.headed ? said : -1
}

/** So near stands the label of a number that is a date as well: `DNI: 19930321`, but no `DNI …, admitted on 19930321`. */
const BESIDE = 8

function nearestVoice(): number {
  let nearest = Number.POSITIVE_INFINITY
  for (let place = 0; place < voices.count; place += 1)
    if ((voices.distances[place] as number) < nearest) nearest = voices.distances[place] as number
  return nearest
}

/** Whether eight digits are a day of our time: `19930321`, `21031993`. */
function isDayOf(text: string, start: number, end: number): boolean {
  if (end - start !== 8) return false
  const first = number(text, start, start + 4)
  if (first >= 1900 && first < 2100)
    return isDay(first, number(text, start + 4, start + 6), number(text, start + 6, end))
  const year = number(text, start + 4, end)
  return year >= 1900 && year < 2100 && isDay(year, number(text, start + 2, start + 4), number(text, start, start + 2))
}

/** @returns whether something was reported */
function judge(search: Search, { forms, best }: Node, start: number, end: number, before: number): boolean {
  const { haystack, report, type } = search
  const { text } = haystack
  const behind = cutBehind(text, end)
  if (behind === LOOSE) return false
  listen(search, start, end)
  const silent = voices.count === 0
  if (best < ENOUGH && silent) return false
  if (best < ENOUGH && search.hinted.length === 0 && isDayOf(text, start, end) && nearestVoice() > BESIDE) return false
  haystack.step()
  const raw = text.slice(start, end)
  search.candidates += 1
  if (search.candidates === WORTH_REMEMBERING) search.memo = createMemo()
  const memo = search.memo?.active ? search.memo : undefined
  let checked = memo?.get(raw)
  if (checked === undefined) {
    checked = checkedOf(raw)
    memo?.put(raw, checked)
  }
  const { id, small, verdicts } = checked
  let found = false
  for (let place = 0; place < forms.length; place += 1) {
    const { scheme, index, alone, spaced, reasons } = forms[place] as Form
    if (silent && alone < ENOUGH) continue
    const said = heard(search, index)
    if (said <= 0 && alone < ENOUGH) continue
    const verdict = verdicts[place] ?? scheme.check(id)
    verdicts[place] = verdict
    if (verdict === false) continue
    let score = alone + (verdict === true ? 0 : verdict)
    if (small && !scheme.checked) score -= SIGNED
    else if (small) score -= 0.1
    if (before === MARKED) score -= SIGNED
    if (said === 2) score = Math.min(0.98, Math.max(score + 0.4, scheme.checked ? 0.85 : 0.7))
    else if (said === 1) score = Math.min(0.95, Math.max(score + 0.3, scheme.checked ? 0.7 : 0.55))
    else if (said === -1) score -= CONTRADICTED
    if (behind === MARKED || (spaced && (before === NEIGHBOUR || behind === NEIGHBOUR))) score -= SIGNED
    if (score <= 0.05) continue
    report(start, end, type, Math.round(score * 100) / 100, reasons[said > 0 ? 1 : 0])
    found ||= score >= ENOUGH
  }
  return found
}

/** The chunk read last; kept outside so that reading one makes no object. */
let chunkEnd = 0

/** @returns the key of the chunk that begins there; 0 where it is too long or none */
function readChunk(text: string, start: number): number {
  let letters = 0
  let index = start
  for (;;) {
    const code = text.charCodeAt(index)
    if (isDigit(code)) letters <<= 1
    else if (isAsciiLetter(code)) letters = (letters << 1) | 1
    else break
    index += 1
    if (index - start > LONGEST) return 0
  }
  chunkEnd = index
  return index === start ? 0 : chunkKey(index - start, letters)
}

const nodesAt: Node[] = []
const endsAt: number[] = []

/** Follows the tree from a chunk on and judges what ends there, the longest first. */
function follow(search: Search, node: Node | undefined, start: number, firstEnd: number): boolean {
  if (!node) return false
  const { text } = search.haystack
  const before = cutBefore(text, start)
  if (before === LOOSE) return false
  let count = 0
  let current: Node | undefined = node
  let end = firstEnd
  while (current && count < MOST_CHUNKS) {
    nodesAt[count] = current
    endsAt[count] = end
    count += 1
    if (!current.next) break
    const separator = separatorOf(text.charCodeAt(end))
    if (separator === 0) break
    const chunk = readChunk(text, end + 1)
    if (chunk === 0) break
    const from = chunkEnd
    current = nextOf(current, separator, chunk)
    if (separator === BRACKET && text.charCodeAt(from) !== 0x29) break
    end = separator === BRACKET ? from + 1 : from
  }
  for (let place = count - 1; place >= 0; place -= 1) {
    const reached = nodesAt[place] as Node
    if (reached.forms.length > 0 && judge(search, reached, start, endsAt[place] as number, before)) return true
  }
  return false
}

/** The longest run of letters before the first digit of a number. */
const LETTERS_BEFORE = 6

function lookThrough(search: Search): void {
  const { haystack, prepared } = search
  const { text, digits } = haystack
  const { root, plain } = prepared
  const list = digits.at
  let from = 0
  for (let place = 0; place < digits.length; place += 2) {
    const first = list[place] as number
    if (first < from) continue
    const next = list[place + 1] as number
    let start = first
    while (start > from && first - start <= LETTERS_BEFORE && isAsciiLetter(text.charCodeAt(start - 1))) start -= 1
    let node: Node | undefined
    let end = next
    if (start === first && !isAsciiLetter(text.charCodeAt(next))) {
      node = next - first <= LONGEST ? plain[next - first] : undefined
    } else {
      const chunk = first - start > LETTERS_BEFORE ? 0 : readChunk(text, start)
      if (chunk !== 0) {
        end = chunkEnd
        node = root.next?.get(stepKey(0, chunk))
      } else {
        const limit = Math.min(text.length, next + LONGEST)
        while (end < limit && (isDigit(text.charCodeAt(end)) || isAsciiLetter(text.charCodeAt(end)))) end += 1
      }
    }
    from = end
    if (start > 1 && separatorOf(text.charCodeAt(start - 1)) !== 0 && isAsciiLetter(text.charCodeAt(start - 2))) {
      if (lettersFirst(search, start)) continue
    }
    follow(search, node, start, end)
  }
}

/** Numbers whose first one or two chunks are letters: `X-1234567-L`, `RSS MRA 85M01 H501Z`. */
function lettersFirst(search: Search, chunkStart: number): boolean {
  const { text } = search.haystack
  let start = chunkStart
  let found = false
  for (let chunks = 0; chunks < 2 && !found; chunks += 1) {
    if (start < 2 || separatorOf(text.charCodeAt(start - 1)) === 0) return false
    let letters = start - 1
    while (letters > 0 && start - letters <= LETTERS_BEFORE && isAsciiLetter(text.charCodeAt(letters - 1))) letters -= 1
    if (letters === start - 1 || start - letters > LETTERS_BEFORE + 1) return false
    if (letters > 0 && isWordly(text.charCodeAt(letters - 1))) return false
    const firstEnd = start - 1
    start = letters
    const key = readChunk(text, start)
    if (key === 0 || chunkEnd !== firstEnd) return false
    found = follow(search, search.prepared.root.next?.get(stepKey(0, key)), start, firstEnd)
  }
  return found
}

/** Groups named by the words of a hint. */
function groupsOf(book: WordBook, hint: string): number[] {
  if (hint === '') return []
  const text = hint.slice(-64)
  const reader = readerOf(book, text, true)
  reader.read(text.length, text.length)
  return reader.groups.flat()
}

/**
 * @param name - of the detector
 * @param version - of the detector
 * @param type - of its findings
 * @param schemes - to look for; asked for when the first text comes
 * @returns the detector
 */
export function idDetector(name: string, version: string, type: string, schemes: () => readonly Scheme[]): Detector {
  let prepared: Prepared | undefined
  return {
    name,
    version,
    types: [type],
    find(haystack, report) {
      if (haystack.digits.length === 0) return
      prepared ??= prepare(schemes())
      lookThrough({
        haystack,
        report,
        type,
        prepared,
        reader: undefined,
        memo: undefined,
        candidates: 0,
        hinted: groupsOf(prepared.book, haystack.hint),
        columns: new Map(),
      })
    },
  }
}
