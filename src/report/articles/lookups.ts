/** Finding a row of the tables by its id. */
import { aiActProvisions } from './ai-act.js'
import { applicationDates } from './dates.js'
import { gdprProvisions } from './gdpr.js'
import { legalSources } from './sources.js'
import type { ApplicationDate, LegalSource, Provision } from './types.js'

/**
 * The provision of that id, of either regulation.
 *
 * @param id - As in the tables: `ai-act-12-2-a`, `gdpr-17`.
 * @returns The provision, or `undefined` where the tables have none.
 */
export function provisionById(id: string): Provision | undefined {
  return [...aiActProvisions.provisions, ...gdprProvisions.provisions].find((provision) => provision.id === id)
}

/**
 * The days of application that matter to a provision, the earliest first.
 *
 * @param provision - A provision of the tables.
 * @returns Rows of the table of dates.
 */
export function applicationOf(provision: Provision): readonly ApplicationDate[] {
  return applicationDates.dates.filter(({ id }) => provision.application.includes(id))
}

/**
 * The source of that id.
 *
 * @param id - As in the tables: `reg-2024-1689`.
 * @returns The source, or `undefined` where there is none.
 */
export function sourceById(id: string): LegalSource | undefined {
  return legalSources.find((source) => source.id === id)
}
