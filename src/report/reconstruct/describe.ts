/** One receipt of a timeline in names and values. Every value is data: whoever prints it escapes it. */
import type { Check, Commitment } from '../../receipt/types.js'
import type { TimelineEntry } from './types.js'
import type { ReconstructionWords } from './words.js'

/** A name and a value. */
export type Fact = readonly [name: string, value: string]

const signs = { gt: '>', gte: '≥', lt: '<', lte: '≤' } as const

function checkText(check: Check, words: ReconstructionWords): string {
  const { name, score, threshold, op, fired, status, mode, label } = check
  const limit = threshold === undefined ? '' : ` (${op === undefined ? '' : `${signs[op] ?? op} `}${threshold})`
  const measured = score === undefined ? '' : ` ${score}${limit}`
  const outcome = status ?? (fired ? words.facts.fired : words.facts.notFired)
  return [`${name}${measured}: ${outcome}`, label, mode].filter((part) => part !== undefined).join(', ')
}

function contentText({ kind, hash, ref, partial, redactions }: Commitment): string {
  const replaced = Object.entries(redactions ?? {}).map(([type, count]) => `${type} ${count}`)
  return [`${kind} ${hash.slice(0, hash.indexOf(':') + 13)}…`, ref, partial ? 'partial' : undefined, ...replaced]
    .filter((part) => part !== undefined)
    .join(', ')
}

const joined = (...parts: readonly (string | number | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ')

/**
 * @param entry - of a timeline
 * @returns its kind and its name, such as `tool_call search`
 */
export function headOf({ receipt }: TimelineEntry): string {
  if (receipt === undefined) return '?'
  const { eventType, action, decision, tool, humanOversight, modelId, system, key, retention, error } = receipt
  const what =
    tool?.name ??
    humanOversight?.kind ??
    system?.event ??
    retention?.event ??
    (eventType === 'key' ? key?.event : undefined)
  return joined(
    eventType,
    what,
    action,
    decision?.outcome,
    eventType === 'inference' ? modelId : undefined,
    error?.code,
  )
}

function eventFact({ receipt }: TimelineEntry): string | undefined {
  const said = receipt?.system ?? receipt?.retention ?? (receipt?.eventType === 'key' ? receipt.key : undefined)
  if (said === undefined) return undefined
  const members = Object.entries(said).filter(([, value]) => typeof value !== 'object')
  return members.map(([name, value]) => `${name}=${String(value)}`).join(' ')
}

/**
 * @param entry - of a timeline
 * @param words - of the language
 * @returns what the receipt says, the most telling first
 */
export function factsOf(entry: TimelineEntry, words: ReconstructionWords): readonly Fact[] {
  const { receipt, links, details } = entry
  const named = words.facts
  if (receipt === undefined) return [[named.event, named.unreadable]]
  const { decision, humanOversight, tool, error, subjectId, latencyMs, startedAt, endedAt } = receipt
  const took =
    latencyMs ??
    (startedAt !== undefined && endedAt !== undefined ? Date.parse(endedAt) - Date.parse(startedAt) : undefined)
  const facts: (readonly [string, string | undefined])[] = [
    [named.action, receipt.action],
    [
      named.decision,
      decision &&
        joined(
          decision.type,
          decision.outcome,
          decision.score,
          decision.confidence === undefined ? undefined : `(${decision.confidence})`,
          decision.role,
          decision.oversight === undefined ? undefined : `oversight=${decision.oversight}`,
        ),
    ],
    [named.reasons, receipt.reasonCodes?.join(', ')],
    [named.person, humanOversight && joined(humanOversight.reviewerId, humanOversight.role)],
    [named.request, humanOversight?.requestId],
    [named.tool, tool && joined(tool.name, tool.version, tool.callId, tool.effect, tool.server)],
    [named.model, receipt.modelId && joined(receipt.modelId, receipt.providerId, receipt.model?.finishReason)],
    [named.system, receipt.systemId && joined(receipt.systemId, receipt.systemVersion)],
    ...(receipt.checks ?? []).map((check) => [named.checks, checkText(check, words)] as const),
    [named.error, error && joined(error.code, error.source, error.status)],
    [named.input, receipt.input && contentText(receipt.input)],
    [named.output, receipt.output && contentText(receipt.output)],
    [named.duration, took === undefined ? undefined : words.span(took)],
    [named.subject, subjectId],
    [named.case, receipt.decisionId],
    [named.event, eventFact(entry)],
    ...links.map(
      ({ rel, receiptId, chainId, found }) =>
        [
          named.links,
          joined(
            rel,
            chainId === entry.ref.chainId ? undefined : chainId,
            receiptId,
            found ? undefined : `(${named.notHere})`,
          ),
        ] as const,
    ),
    [named.details, details === 'none' ? undefined : details === 'erased' ? named.erased : named.kept],
  ]
  return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]))
}
