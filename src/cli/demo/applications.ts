/** A few hundred invented credit applications, the same at every run. Names and addresses are nobody's. */

/** One application for a loan. */
export interface Application {
  readonly id: string
  readonly submittedAt: string
  /** What the applicant wrote, personal data and all. */
  readonly note: string
  readonly monthlyIncome: number
  readonly monthlyDebt: number
  readonly amount: number
  readonly months: number
  readonly yearsEmployed: number
  readonly missedPayments: number
  /** Never shown to the model: only so that somebody can look whether groups fare alike. */
  readonly ageBand: AgeBand
  /** How unlike the usual the data from the credit bureau look, 0 to 1. */
  readonly oddity: number
  /** The bureau did not answer. */
  readonly unanswered: boolean
  /** How long the decision took, in milliseconds. */
  readonly tookMs: number
}

const ageBands = ['under-30', 'from-30-to-49', 'from-50'] as const
/** A label of a group. */
export type AgeBand = (typeof ageBands)[number]

/** For some days the bureau sent stale data: which applications that was. */
const STALE = { from: 196, until: 214 }

const first = ['Ada', 'Bo', 'Cleo', 'Dario', 'Edda', 'Finn', 'Greta', 'Hugo', 'Ines', 'Jaro', 'Kaja', 'Luis']
const last = ['Sample', 'Placeholder', 'Specimen', 'Muster', 'Exemplar', 'Fiktion']
const purposes = ['a used car', 'a new kitchen', 'moving house', 'a dental bill', 'a heat pump', 'a course of study']

/**
 * Mulberry32: a small generator that gives every machine the same numbers.
 *
 * @param seed - any integer
 * @returns numbers from 0 to below 1, one a call
 */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const pickBand = (share: number): AgeBand => ageBands[share < 0.27 ? 0 : share < 0.68 ? 1 : 2]

function oddityOf(index: number, chance: number, degree: number): number {
  const stale = index >= STALE.from && index < STALE.until
  const odd = chance < (stale ? 0.55 : 0.02)
  return Math.round((odd ? 0.6 + 0.4 * degree : 0.55 * degree) * 1000) / 1000
}

/**
 * @param count - how many
 * @returns the applications, in the order they came in
 */
export function applications(count: number): Application[] {
  const next = numbers(20_260_801)
  // of its own, so that what is added changes no application
  const beside = numbers(20_260_802)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const between = (low: number, high: number) => Math.round(low + next() * (high - low))
  const opened = Date.parse('2026-08-03T07:00:00.000Z')
  return Array.from({ length: count }, (_, index) => {
    const name = `${pick(first)} ${pick(last)}`
    const mail = `${name.toLowerCase().replace(' ', '.')}@example.com`
    const monthlyIncome = between(1_400, 6_500)
    return {
      id: `application-${String(index + 1).padStart(5, '0')}`,
      submittedAt: new Date(opened + index * 97_000).toISOString(),
      note: `I am ${name} and need the money for ${pick(purposes)}. Write to ${mail} or call +49 30 5550${between(1000, 9999)}.`,
      monthlyIncome,
      monthlyDebt: Math.round(monthlyIncome * next() ** 2 * 0.7),
      amount: between(10, 300) * 100,
      months: pick([12, 24, 36, 48, 60]),
      yearsEmployed: between(0, 22),
      missedPayments: Math.floor(next() ** 3 * 5),
      ageBand: pickBand(beside()),
      oddity: oddityOf(index, beside(), beside()),
      unanswered: index === 77 || index === 251,
      tookMs: Math.round(180 * Math.exp(1.4 * beside() + 0.9 * beside())),
    }
  })
}
