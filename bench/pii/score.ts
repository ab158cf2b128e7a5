/** How much of what was labelled is found, and how much of what is found was labelled: span by span. */
import type { Label, Labelled } from './labelled.js'

/** The figures of one type. */
export interface Figures {
  readonly type: string
  /** How many were labelled. */
  readonly n: number
  /** How many findings there were. */
  readonly found: number
  /** Findings that are of the labelled type and cover the labelled value exactly. */
  readonly exact: number
  /** Labelled values of which no character is left, whatever the type and the span of what covers them. */
  readonly covered: number
}

/** A labelled value that was not found as labelled, or a finding that was not labelled. */
export interface Fault {
  readonly kind: 'miss' | 'alarm'
  readonly id: string
  readonly lang: string
  readonly type: string
  readonly value: string
  readonly around: string
  /** What stands there instead, in the same notation as `type`. */
  readonly instead: string
}

/** What scoring a data set gives. */
export interface Score {
  readonly texts: number
  readonly figures: readonly Figures[]
  readonly faults: readonly Fault[]
}

/** Exact cover and the right type, as a share of what was labelled; 1 where nothing was labelled. */
export const recall = ({ exact, n }: Figures): number => (n === 0 ? 1 : exact / n)
/** Exact cover and the right type, as a share of what was found; 1 where nothing was found. */
export const precision = ({ exact, found }: Figures): number => (found === 0 ? 1 : exact / found)

const same = (a: Label, b: Label): boolean => a.type === b.type && a.start === b.start && a.end === b.end
const touch = (a: Label, b: Label): boolean => a.start < b.end && b.start < a.end

function isCovered(label: Label, found: readonly Label[]): boolean {
  let from = label.start
  for (const { start, end } of [...found].sort((a, b) => a.start - b.start)) {
    if (start > from) break
    if (end > from) from = end
  }
  return from >= label.end
}

const shown = (text: string, { start, end }: Label): string =>
  `${text.slice(Math.max(0, start - 30), start)}»${text.slice(start, end)}«${text.slice(end, end + 20)}`.replaceAll(
    '\n',
    '⏎',
  )

/**
 * @param texts - with their labels
 * @param asked - the types that count; labels and findings of others are left out
 * @param analyse - finds
 * @returns the figures of each type asked for, and every fault
 */
export function score(
  texts: readonly Labelled[],
  asked: readonly string[],
  analyse: (text: string) => readonly Label[],
): Score {
  const sums = new Map(asked.map((type) => [type, { type, n: 0, found: 0, exact: 0, covered: 0 }]))
  const faults: Fault[] = []
  for (const { id, lang, text, spans, only } of texts) {
    const all = analyse(text)
    const found = all.filter(({ type }) => sums.has(type) && (only === undefined || type === only))
    for (const label of spans) {
      const sum = sums.get(label.type)
      if (!sum) continue
      sum.n += 1
      if (isCovered(label, all)) sum.covered += 1
      if (found.some((finding) => same(finding, label))) {
        sum.exact += 1
        continue
      }
      faults.push({
        kind: 'miss',
        id,
        lang,
        type: label.type,
        value: text.slice(label.start, label.end),
        around: shown(text, label),
        instead: all
          .filter((finding) => touch(finding, label))
          .map(({ type, start, end }) => `${type}:${text.slice(start, end)}`)
          .join(' '),
      })
    }
    for (const finding of found) {
      const sum = sums.get(finding.type)
      if (sum) sum.found += 1
      if (spans.some((label) => same(label, finding))) continue
      faults.push({
        kind: 'alarm',
        id,
        lang,
        type: finding.type,
        value: text.slice(finding.start, finding.end),
        around: shown(text, finding),
        instead: spans
          .filter((label) => touch(label, finding))
          .map(({ type, start, end }) => `${type}:${text.slice(start, end)}`)
          .join(' '),
      })
    }
  }
  return { texts: texts.length, figures: [...sums.values()], faults }
}

/** What is asked of recall and precision, per data set. */
export const targets: Readonly<
  Record<'generated' | 'hand', Readonly<Record<string, { recall: number; precision: number }>>>
> = {
  generated: Object.fromEntries([
    ...['EMAIL', 'IBAN', 'CREDIT_CARD', 'IP'].map((type) => [type, { recall: 0.99, precision: 0.97 }] as const),
    ...['PHONE', 'NATIONAL_ID', 'SECRET'].map((type) => [type, { recall: 0.92, precision: 0.97 }] as const),
  ]),
  hand: Object.fromEntries([
    ...['EMAIL', 'IBAN', 'CREDIT_CARD', 'IP'].map((type) => [type, { recall: 0.98, precision: 0.95 }] as const),
    ...['PHONE', 'NATIONAL_ID', 'SECRET'].map((type) => [type, { recall: 0.88, precision: 0.95 }] as const),
  ]),
}
