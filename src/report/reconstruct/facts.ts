/** What the receipts of a reconstruction say together: decisions, tools, models, people. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { type ReceiptRef, refOf } from '../statistics/receipt-ref.js'
import type { DecisionStep, ModelUse, Person, ToolStep } from './types.js'

/** When something began, as it says itself. */
export const beginOf = ({ startedAt, timestamp }: DecisionReceipt): string => startedAt ?? timestamp
const endOf = ({ endedAt, timestamp }: DecisionReceipt): string => endedAt ?? timestamp

const versioned = (id: string | undefined, version: string | undefined): string | undefined =>
  id === undefined ? undefined : version === undefined ? id : `${id} ${version}`

function decisionStep(receipt: DecisionReceipt): DecisionStep {
  const { decision, action, error, systemId, systemVersion, agentId, agentVersion, modelId } = receipt
  const who = versioned(systemId, systemVersion) ?? versioned(agentId, agentVersion) ?? modelId
  return {
    ref: refOf(receipt),
    by: 'system',
    ...(who === undefined ? {} : { who }),
    what: action ?? `error ${error?.code ?? ''}`.trim(),
    ...(decision?.outcome === undefined ? {} : { outcome: decision.outcome }),
    at: endOf(receipt),
  }
}

function oversightStep(receipt: DecisionReceipt): DecisionStep | undefined {
  const { humanOversight, action } = receipt
  if (humanOversight === undefined || humanOversight.kind === 'request') return undefined
  const { kind, reviewerId } = humanOversight
  return {
    ref: refOf(receipt),
    by: 'person',
    ...(reviewerId === undefined ? {} : { who: reviewerId }),
    what: kind,
    ...(action === undefined ? {} : { outcome: action }),
    at: endOf(receipt),
  }
}

/**
 * @param receipts - by time
 * @returns who decided what
 */
export function decisionsIn(receipts: readonly DecisionReceipt[]): readonly DecisionStep[] {
  return receipts
    .map((receipt) => (receipt.eventType === 'decision' ? decisionStep(receipt) : oversightStep(receipt)))
    .filter((step) => step !== undefined)
}

/** Whether a result says that it is that of a call. */
function answers(result: DecisionReceipt, call: DecisionReceipt): boolean {
  if (result.chainId === call.chainId && result.parentReceiptId === call.receiptId) return true
  if (result.links?.some(({ receiptId }) => receiptId === call.receiptId)) return true
  const callId = call.tool?.callId
  return callId !== undefined && result.tool?.callId === callId && result.traceId === call.traceId
}

/** Whether a call needs no result of its own: it failed, was refused, or holds it itself. */
export const isSettled = ({ output, error, action }: DecisionReceipt): boolean =>
  output !== undefined || error !== undefined || action === 'reject'

/**
 * @param receipts - by time
 * @returns each tool call, with its result where there is one
 */
export function toolsIn(receipts: readonly DecisionReceipt[]): readonly ToolStep[] {
  const results = receipts.filter(({ eventType }) => eventType === 'tool_result')
  return receipts
    .filter(({ eventType }) => eventType === 'tool_call')
    .map((call): ToolStep => {
      const result = results.find((one) => answers(one, call))
      const name = call.tool?.name ?? ''
      if (result === undefined)
        return { name, call: refOf(call), ...(call.latencyMs === undefined ? {} : { ms: call.latencyMs }) }
      const ms = result.latencyMs ?? Date.parse(endOf(result)) - Date.parse(beginOf(call))
      // two clocks, or a result that was dated by hand
      return { name, call: refOf(call), result: refOf(result), ...(ms >= 0 ? { ms } : {}) }
    })
}

/**
 * @param receipts - by time
 * @returns the models that answered
 */
export function modelsIn(receipts: readonly DecisionReceipt[]): readonly ModelUse[] {
  const uses = new Map<string, { modelId: string; providerId?: string | undefined; receipts: ReceiptRef[] }>()
  for (const receipt of receipts) {
    const { modelId, providerId } = receipt
    if (modelId === undefined) continue
    const key = JSON.stringify([modelId, providerId])
    const use = uses.get(key) ?? { modelId, ...(providerId === undefined ? {} : { providerId }), receipts: [] }
    use.receipts.push(refOf(receipt))
    uses.set(key, use)
  }
  return [...uses.values()]
}

/**
 * @param receipts - by time
 * @returns the people whom receipts name, by pseudonym
 */
export function peopleIn(receipts: readonly DecisionReceipt[]): readonly Person[] {
  type Role = Person['roles'][number]
  const people = new Map<string, { id: string; pseudonymKeyId?: string; roles: Set<Role>; receipts: ReceiptRef[] }>()
  for (const receipt of receipts) {
    const { subjectId, principalId, humanOversight, pseudonymKeyId } = receipt
    const named: readonly (readonly [Role, string | undefined])[] = [
      ['subject', subjectId],
      ['principal', principalId],
      ['reviewer', humanOversight?.reviewerId],
    ]
    for (const [role, id] of named) {
      if (id === undefined) continue
      // one person under two keys is two pseudonyms; one pseudonym under two keys would be two persons
      const key = JSON.stringify([id, pseudonymKeyId])
      const person = people.get(key) ?? {
        id,
        ...(pseudonymKeyId === undefined ? {} : { pseudonymKeyId }),
        roles: new Set<Role>(),
        receipts: [],
      }
      person.roles.add(role)
      if (person.receipts.at(-1)?.receiptId !== receipt.receiptId) person.receipts.push(refOf(receipt))
      people.set(key, person)
    }
  }
  return [...people.values()].map(({ roles, ...person }) => ({ ...person, roles: [...roles] }))
}
