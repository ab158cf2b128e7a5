/** Kinds of receipts, an event type or one event of the ledger, and which members each kind can have. */
import type { JsonSchema } from '../../../receipt/schema/describe.js'
import { receiptMembers } from '../../../receipt/schema/receipt.js'
import type { DecisionReceipt, EventType } from '../../../receipt/types.js'
import type { LedgerEvent } from '../types.js'

/** The event types whose receipts have an event. */
const ledgerTypes = ['system', 'key', 'retention'] as const
type LedgerType = (typeof ledgerTypes)[number]

/** What a receipt is about, as far as members depend on it. */
export interface Kind {
  /** `decision`, `retention.prune`. */
  readonly name: string
  readonly eventType: EventType
  readonly event?: LedgerEvent | undefined
}

const actionTypes: ReadonlySet<EventType> = new Set([
  'decision',
  'inference',
  'tool_call',
  'tool_result',
  'human_oversight',
])

interface Described extends JsonSchema {
  readonly properties?: { readonly [name: string]: Described }
  readonly oneOf?: readonly Described[]
  readonly items?: Described
  readonly enum?: readonly unknown[]
}

const isLedgerType = (name: string | undefined): name is LedgerType => ledgerTypes.some((type) => type === name)

const shapesOf = (type: LedgerType): readonly Described[] => (receiptMembers[type].json as Described).oneOf ?? []

const eventOf = (shape: Described): LedgerEvent | undefined =>
  shape.properties?.event?.enum?.[0] as LedgerEvent | undefined

function hasPath(shape: Described | undefined, path: readonly string[]): boolean {
  const [name, ...rest] = path
  if (name === undefined || shape === undefined) return shape !== undefined
  const items = shape.items ?? shape
  return hasPath(items.properties?.[name], rest)
}

/** Every kind that a receipt can be of. */
export const kinds: readonly Kind[] = (receiptMembers.eventType.json.enum as readonly EventType[]).flatMap(
  (eventType): readonly Kind[] =>
    isLedgerType(eventType)
      ? shapesOf(eventType).map((shape) => {
          const event = eventOf(shape)
          return { name: `${eventType}.${event}`, eventType, event }
        })
      : [{ name: eventType, eventType }],
)

/**
 * Whether receipts of a kind can have a member. A certificate that rides on another receipt is no event of its own.
 *
 * @param kind - of the receipt
 * @param path - into it, parted by dots
 * @returns false where the schema or the rules of the format forbid it
 */
export function canHave(kind: Kind, path: string): boolean {
  const [top, ...rest] = path.split('.')
  if (isLedgerType(top)) {
    if (kind.eventType !== top) return false
    return hasPath(
      shapesOf(top).find((shape) => eventOf(shape) === kind.event),
      rest,
    )
  }
  if (top === 'humanOversight') return kind.eventType === 'human_oversight'
  if (top === 'action') return actionTypes.has(kind.eventType)
  return true
}

/**
 * Whether every receipt has a member, so that nobody need look.
 *
 * @param path - into a receipt
 * @returns true for a required member of the top level
 */
export function isAlwaysThere(path: string): boolean {
  if (!Object.hasOwn(receiptMembers, path)) return false
  const member = receiptMembers[path as keyof typeof receiptMembers]
  return !('optional' in member && member.optional === true)
}

/**
 * Finds the kind of a receipt.
 *
 * @param receipt - a validated receipt
 * @returns its kind's name
 */
export function kindNameOf(receipt: DecisionReceipt): string {
  const { eventType } = receipt
  if (eventType === 'system') return `system.${receipt.system?.event}`
  if (eventType === 'key') return `key.${receipt.key?.event}`
  if (eventType === 'retention') return `retention.${receipt.retention?.event}`
  return eventType
}
