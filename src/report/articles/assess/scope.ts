/** Whether a provision is about the system at all, and whether it applied on the day: from what the caller said, never guessed. */
import type { ProvisionFinding, ProvisionReason, ReportSystem } from '../../types.js'
import { applicationOf } from '../lookups.js'
import type { ApplicationDate, Coverage, Provision } from '../types.js'

/** What the caller said of the system. */
export type SaidOfSystem = Pick<ReportSystem, 'annexIII' | 'highRisk'> | undefined

/** `out`: the provision isn't about this system. `unstated`: it may not be, for nobody said. */
export interface ScopeFinding {
  readonly out?: Extract<ProvisionReason, 'NOT_HIGH_RISK' | 'OTHER_ANNEX_III_POINT'> | undefined
  readonly unstated: boolean
}

const highRiskCoverages: ReadonlySet<Coverage> = new Set(['high-risk', 'annex-iii', 'annex-iii-1-a'])

/**
 * Holds the coverage of a provision against the system.
 *
 * @param provision - of the tables
 * @param system - what the caller said of it
 * @returns whether it is out of scope, and why; and whether that couldn't be said
 */
export function scopeOf(provision: Provision, system: SaidOfSystem): ScopeFinding {
  const { covers, exceptAnnexIII = [] } = provision
  if (!highRiskCoverages.has(covers)) return { unstated: false }
  if (system?.highRisk === false) return { out: 'NOT_HIGH_RISK', unstated: false }
  const point = system?.annexIII
  if (point === undefined) return { unstated: covers !== 'high-risk' || system?.highRisk !== true }
  const number = /^\d+/.exec(point)?.[0]
  if (covers === 'annex-iii' && exceptAnnexIII.some((except) => except === point || except === number)) {
    return { out: 'OTHER_ANNEX_III_POINT', unstated: false }
  }
  if (covers === 'annex-iii-1-a' && point !== '1(a)') {
    // the bare number leaves its letters open
    return point === '1' ? { unstated: true } : { out: 'OTHER_ANNEX_III_POINT', unstated: false }
  }
  return { unstated: false }
}

/** The days from which it is settled what is high-risk, by the annex that makes it so. */
const classification = ['annex-iii-duties', 'annex-i-duties'] as const

/**
 * Whether a provision applied on a day. Of several days that could be the system's, all must have come for a yes and none
 * for a no; and a duty about high-risk systems depends, until the article applies that says which systems those are.
 *
 * @param provision - of the tables
 * @param system - what the caller said of it
 * @param asOf - the day, or an instant in UTC that begins with it
 * @returns `depends` where the answer lies in what nobody stated
 */
export function appliesOn(provision: Provision, system: SaidOfSystem, asOf: string): ProvisionFinding['applies'] {
  const day = asOf.slice(0, 10)
  const own = applicationOf(provision).filter((date) => concerns(date, system))
  const came = (dates: readonly ApplicationDate[]): boolean => dates.every(({ date }) => date <= day)
  if (own.every(({ date }) => date > day)) return 'not-yet'
  if (!came(own)) return 'depends'
  if (!highRiskCoverages.has(provision.covers)) return 'yes'
  const settled = applicationOf({
    ...provision,
    application: provision.covers === 'high-risk' ? classification : ['annex-iii-duties'],
  }).filter((date) => concerns(date, system))
  return came(settled) ? 'yes' : 'depends'
}

/** A system of Annex III has the days of Annex III. */
const concerns = ({ id }: ApplicationDate, system: SaidOfSystem): boolean =>
  !(id === 'annex-i-duties' && system?.annexIII !== undefined)
