/** From a text to the spans that are to be replaced: looked through until what would be left holds nothing more. */
import type { Detector } from './detector.js'
import { type Findings, type Kind, makeRoom, newFindings } from './findings.js'
import { fold } from './fold.js'
import { placeholderEnd, SUBSTITUTE } from './folding/placeholders.js'
import { type Budget, createBudget, scan } from './haystack.js'
import { foundOf, type Pieces, piecesOf, type Replaced, toOriginal, united, valueIn, withPieces } from './replaced.js'
import { type Found, settle } from './resolve.js'
import { type Columns, columnsWhenAsked } from './table.js'
import { believedIn, WHOLE, windowsOf } from './windows.js'

export type { Found } from './resolve.js'

/** Where a text stands. */
export interface Where {
  /** Words that name the place, lower case; empty where nothing is known. */
  readonly hint: string
  /** Only detectors for machine ids look. */
  readonly machine: boolean
}

/** The same, and whether the sign for what was replaced is the text's own. */
interface Place extends Where {
  readonly own: boolean
}

/** What a finder is made of. */
export interface FinderOptions {
  readonly detectors: readonly Detector[]
  /** A finding counts from this score on. */
  readonly threshold: number
  /** What one text may take, in milliseconds. */
  readonly budgetMs: number
  /** What will stand in a finding's place, or something that detectors take for the same. Called once for each finding. */
  readonly preview: (found: Found) => string
  /** The type says all that `preview` has to know: it isn't called again for the next finding of the same kind. */
  readonly byType?: boolean | undefined
}

/** What looking through a text once finds, and whether the columns of a table had a say in it. */
interface Looked<F> {
  readonly findings: F
  readonly isTable: boolean
}

/** What is replaced in a text, and which of it was just replaced. */
interface Fresh {
  readonly pieces: Pieces
  readonly fresh: Int32Array
}

/** Looks through texts. */
export interface Finder {
  /**
   * @param text - the original
   * @param where - where it stands
   * @returns what is to be replaced, in the order of the text, without overlaps
   * @throws QuittanceError `PII_BUDGET`
   */
  find(text: string, where: Where): Found[]
  /**
   * The same in columns, for a text that may be full of findings.
   *
   * @param text - the original
   * @param where - where it stands
   * @returns what is to be replaced; undefined where there is nothing
   * @throws QuittanceError `PII_BUDGET`
   */
  look(text: string, where: Where): Pieces | undefined
}

/**
 * How often a text is looked through again as it is. What goes on after that is made for going on: each finding then takes
 * what stands beside it along, four times as far in each round, so that the end is near whatever the text.
 */
const PATIENCE = 6
const FIRST_STRETCH = 64

/** How much of a text's surroundings a finding takes along in a round. */
const stretchIn = (round: number): number => (round <= PATIENCE ? 0 : FIRST_STRETCH * 4 ** (round - PATIENCE - 1))

/** How many different replacements are remembered in one text. */
const MOST_KNOWN = 1_024

const nothing = new RegExp(`^[${SUBSTITUTE}\\s]*$`)

/**
 * @param options - detectors, threshold and budget
 * @returns what looks through texts with them
 */
export function createFinder({ detectors, threshold, budgetMs, preview, byType }: FinderOptions): Finder {
  const forMachines = detectors.filter(({ machine }) => machine === true)
  const types = new Set(detectors.flatMap((detector) => detector.types))

  const once = (text: string, { hint, machine, own }: Place, budget: Budget, part?: Columns): Looked<Findings> => {
    budget.check()
    const { text: seen, back } = fold(text, types, own)
    const columns = part ?? columnsWhenAsked(() => seen)
    const haystack = scan(seen, hint, budget, columns)
    const { length } = seen
    const findings = newFindings(seen, back !== undefined)
    for (const detector of machine ? forMachines : detectors) {
      budget.check()
      const { name } = detector
      // what was reported last: of two in a row, mostly all but the offsets is the same
      let kind: Kind = { type: '', score: -1, detector: name, reason: '' }
      let other = kind
      detector.find(haystack, (start, end, type, score, reason) => {
        if (!(score >= threshold)) return
        if (!(start >= 0 && start < end && end <= length))
          throw new RangeError(`the detector ${name} reported offsets outside of the text`)
        // what redaction left is never found again, whatever a pattern of one's own says
        if (seen.charCodeAt(start) <= 0x20 && nothing.test(seen.slice(start, end))) return
        if (kind.score !== score || kind.type !== type || kind.reason !== reason) {
          const last = kind
          kind =
            other.score === score && other.type === type && other.reason === reason
              ? other
              : { type, score, detector: name, reason }
          other = last
        }
        makeRoom(findings)
        const place = findings.length
        findings.seenStart[place] = start
        findings.seenEnd[place] = end
        if (back) {
          findings.start[place] = back.start(start)
          findings.end[place] = back.end(end)
        }
        findings.kinds.push(kind)
        findings.length = place + 1
      })
    }
    budget.check()
    return { findings: settle(findings), isTable: columns.any }
  }

  /** What looking through a replaced text finds, in windows around what was just replaced or in one that is all of it. */
  const through = (
    replaced: Replaced,
    { pieces, fresh }: Fresh,
    where: Place,
    budget: Budget,
    isWhole: boolean,
  ): Looked<Found[]> => {
    const found: Found[] = []
    /** A row says nothing of its columns where the head of the table is outside of the window. */
    const whole = columnsWhenAsked(() => replaced.slice(0, replaced.length))
    const columns: Columns = {
      get any() {
        return whole.any
      },
      at(offset) {
        whole.at(offset)
        return ''
      },
    }
    for (const window of windowsOf(replaced.length, pieces, fresh, isWhole)) {
      for (;;) {
        const { from, to } = window
        const { findings, isTable } = once(replaced.slice(from, to), where, budget, isWhole ? undefined : columns)
        if (isTable && !isWhole) return { findings: [], isTable }
        const local = piecesOf(findings)
        const seen: Found[] = []
        for (let index = 0; index < local.length; index += 1) {
          const one = foundOf(local, index)
          seen.push(from === 0 ? one : { ...one, start: one.start + from, end: one.end + from })
        }
        const believed =
          isWhole || (from === 0 && to === replaced.length) ? seen : believedIn(seen, window, pieces, fresh)
        if (window.holds(believed)) {
          for (const one of believed) found.push(one)
          break
        }
        window.grow()
      }
    }
    return { findings: found, isTable: whole.any }
  }

  /** What looking once more finds near what was just replaced, in offsets of the replaced text. */
  const beside = (text: string, fresh: Fresh, where: Place, budget: Budget, isTable: boolean): Looked<Found[]> => {
    const replaced = withPieces(text, fresh.pieces)
    const isWhole = isTable || replaced.length <= WHOLE
    const seen = through(replaced, fresh, where, budget, isWhole)
    return seen.isTable && !isWhole ? through(replaced, fresh, where, budget, true) : seen
  }

  /** What redaction leaves is folded to one character: it may as well stand there at once. */
  const shownFor = (own: boolean): ((span: Found) => string) => {
    const known = new Map<string, string>()
    let lastLeft: string | undefined
    let lastShown = ''
    return (span) => {
      const left = preview(span)
      if (left === lastLeft) return lastShown
      let shown = known.get(left)
      if (shown === undefined) {
        shown = !own && placeholderEnd(left, 0, types) === left.length ? SUBSTITUTE : left
        if (known.size < MOST_KNOWN) known.set(left, shown)
      }
      lastLeft = left
      lastShown = shown
      return shown
    }
  }

  const look = (text: string, where: Where): Pieces | undefined => {
    const budget = createBudget(budgetMs)
    const own = text.includes(SUBSTITUTE)
    const place = { ...where, own }
    const first = once(text, place, budget)
    const { findings } = first
    let { isTable } = first
    if (findings.length === 0) return undefined
    const show = shownFor(own)
    const folded = (value: string): string => fold(value, types, own).text
    let pieces = piecesOf(findings)
    const glance = glanceAt(pieces)
    const { kinds, shown } = pieces
    for (let index = 0; index < pieces.length; index += 1) {
      const again = byType && index > 0 && kinds[index] === kinds[index - 1]
      shown.push(again ? (shown[index - 1] as string) : show(glance(index)))
    }
    for (let round = 1; ; round += 1) {
      const fresh = foundIn(pieces, round - 1)
      if (fresh.length === 0) return pieces
      const seen = beside(text, { pieces, fresh }, place, budget, isTable)
      isTable ||= seen.isTable
      const added = toOriginal(seen.findings, pieces)
      if (added.length === 0) return pieces
      pieces = united(text, pieces, added, { round, stretch: stretchIn(round), fold: folded, show })
    }
  }

  return {
    find(text, where) {
      const pieces = look(text, where)
      return pieces ? Array.from({ length: pieces.length }, (_, index) => foundOf(pieces, index)) : []
    },
    look,
  }
}

/** Which pieces a round found. */
function foundIn({ round, length }: Pieces, wanted: number): Int32Array {
  const places = new Int32Array(length)
  let count = 0
  for (let index = 0; index < length; index += 1) if (round[index] === wanted) places[count++] = index
  return places.subarray(0, count)
}

/** One object for all of them, read before the next is asked for: what is not asked for is not made. */
function glanceAt(pieces: Pieces): (index: number) => Found {
  let at = 0
  const kind = (): Kind => pieces.kinds[at] as Kind
  const glance: Found = {
    get type() {
      return kind().type
    },
    get start() {
      return pieces.start[at] as number
    },
    get end() {
      return pieces.end[at] as number
    },
    get score() {
      return kind().score
    },
    get detector() {
      return kind().detector
    },
    get reason() {
      return kind().reason
    },
    get value() {
      return valueIn(pieces, at)
    },
  }
  return (index) => {
    at = index
    return glance
  }
}
