/** What a chain's own receipts say, in names and texts to print. */
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ChainEvent } from '../types.js'

/** How many chains of a certificate are named. */
const NAMED = 5

/**
 * @param receipt - any
 * @returns the event that it records, with its members as text; `undefined` where it records none, and for a heartbeat, of
 *   which there are many and which are counted elsewhere
 */
export function eventOf({ system, key, retention }: DecisionReceipt): Pick<ChainEvent, 'event' | 'facts'> | undefined {
  if (system !== undefined)
    return system.event === 'heartbeat' ? undefined : { event: `system.${system.event}`, facts: factsOf(system) }
  if (retention !== undefined) return { event: `retention.${retention.event}`, facts: factsOf(retention) }
  if (key === undefined) return undefined
  if (key.event !== 'delegate') return { event: `key.${key.event}`, facts: factsOf(key) }
  return { event: 'key.delegate', facts: factsOf({ event: key.event, ...key.certificate }) }
}

/** A list of texts is written out as far as it is short; of other lists only the length is told. */
function factsOf(event: { readonly event: string }): ChainEvent['facts'] {
  const facts: Record<string, string> = {}
  for (const [name, value] of Object.entries(event)) {
    if (name === 'event' || name === 'countersignature' || value === undefined) continue
    if (Array.isArray(value)) facts[name] = listText(value)
    else if (typeof value === 'object' && value !== null) {
      for (const [member, inner] of Object.entries(value)) facts[`${name}.${member}`] = String(inner)
    } else facts[name] = String(value)
  }
  return facts
}

function listText(list: readonly unknown[]): string {
  if (!list.every((item) => typeof item === 'string')) return String(list.length)
  const more = list.length > NAMED ? [`+${list.length - NAMED}`] : []
  return [...list.slice(0, NAMED), ...more].join(', ')
}
