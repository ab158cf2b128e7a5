/** From a text to the spans that are to be replaced: looked through until what would be left holds nothing more. */
import type { Detector } from './detector.js'
import { fold } from './fold.js'
import { placeholderEnd, SUBSTITUTE } from './folding/placeholders.js'
import { type Budget, createBudget, scan } from './haystack.js'
import { type Piece, type Replaced, toOriginal, united, withPieces } from './replaced.js'
import { type Found, resolve } from './resolve.js'
import { believedIn, windowsOf } from './windows.js'

export type { Found } from './resolve.js'

/** Where a text stands. */
export interface Where {
  /** Words that name the place, lower case; empty where nothing is known. */
  readonly hint: string
  /** Only detectors for machine ids look. */
  readonly machine: boolean
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
export function createFinder({ detectors, threshold, budgetMs, preview }: FinderOptions): Finder {
  const forMachines = detectors.filter(({ machine }) => machine === true)
  const types = new Set(detectors.flatMap((detector) => detector.types))

  const once = (text: string, { hint, machine }: Where, budget: Budget): Found[] => {
    budget.check()
    const { text: seen, back } = fold(text, types)
    const haystack = scan(seen, hint, budget)
    const spans: Found[] = []
    for (const detector of machine ? forMachines : detectors) {
      budget.check()
      detector.find(haystack, (start, end, type, score, reason) => {
        if (!(score >= threshold)) return
        if (!(start >= 0 && start < end && end <= seen.length))
          throw new RangeError(`the detector ${detector.name} reported offsets outside of the text`)
        const value = seen.slice(start, end)
        // what redaction left is never found again, whatever a pattern of one's own says
        if (value.charCodeAt(0) <= 0x20 && nothing.test(value)) return
        spans.push({
          type,
          start: back ? back.start(start) : start,
          end: back ? back.end(end) : end,
          score,
          detector: detector.name,
          reason,
          value,
        })
      })
    }
    return resolve(spans) as Found[]
  }

  /** What looking once more finds near what was just replaced, in offsets of the replaced text. */
  const beside = (text: Replaced, fresh: readonly Piece[], where: Where, budget: Budget): Found[] => {
    const found: Found[] = []
    for (const window of windowsOf(text.length, fresh)) {
      for (;;) {
        const { from, to } = window
        const whole = from === 0 && to === text.length
        const local = once(text.slice(from, to), where, budget)
        const seen = from === 0 ? local : local.map((one) => ({ ...one, start: one.start + from, end: one.end + from }))
        const believed = whole ? seen : believedIn(seen, window)
        if (window.holds(believed)) {
          for (const one of believed) found.push(one)
          break
        }
        window.grow()
      }
    }
    return found
  }

  /** What redaction leaves is folded to one character: it may as well stand there at once. */
  const shownFor = (): ((span: Found) => string) => {
    const known = new Map<string, string>()
    return (span) => {
      const left = preview(span)
      let shown = known.get(left)
      if (shown === undefined) {
        shown = placeholderEnd(left, 0, types) === left.length ? SUBSTITUTE : left
        if (known.size < MOST_KNOWN) known.set(left, shown)
      }
      return shown
    }
  }

  return {
    find(text, where) {
      const budget = createBudget(budgetMs)
      const found = once(text, where, budget)
      if (found.length === 0) return found
      const show = shownFor()
      const folded = (value: string): string => fold(value, types).text
      let pieces: Piece[] = found.map((span) => ({ span, shown: show(span), round: 0, start: 0, end: 0 }))
      let fresh = pieces
      for (let round = 1; fresh.length > 0; round += 1) {
        const left = withPieces(text, pieces)
        const added = toOriginal(beside(left, fresh, where, budget), pieces)
        if (added.length === 0) break
        pieces = united(text, pieces, added, { round, stretch: stretchIn(round), fold: folded, show })
        fresh = pieces.filter((piece) => piece.round === round)
      }
      return pieces.map(({ span }) => span)
    },
  }
}
