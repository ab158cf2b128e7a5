import { QuittanceError } from '../errors.js'
import type { Content, ContentDraft, ReceiptDraft } from '../ledger/draft.js'
import type { ContentOptions } from './options.js'
import type { FactsState } from './state.js'

/** Oversight that concerns a whole system, so that it has no receipt to point to. */
const withoutSubject: ReadonlySet<string> = new Set(['stop', 'resume'])

/**
 * @param content - what is to be hashed
 * @param options - what stands beside the hash
 * @param cutOff - whether it is known to be incomplete
 * @returns the draft's member, frozen
 */
export function contentDraft(content: Content, options: ContentOptions, cutOff: boolean): ContentDraft {
  return Object.freeze({
    ...content,
    ...(options.ref !== undefined && { ref: options.ref }),
    ...(options.mediaType !== undefined && { mediaType: options.mediaType }),
    ...((cutOff || options.partial) && { partial: true as const }),
  })
}

const incomplete = (path: string, message: string) =>
  new QuittanceError('RECEIPT_INVALID', `${path} ${message}`, { details: { path } })

/**
 * What can still be mended by a setter is refused before the draft is final.
 *
 * @param state - what was gathered
 * @throws QuittanceError `COLLECTOR_NO_ACTION`, `RECEIPT_INVALID`
 */
export function demandComplete({ draft, details }: FactsState): void {
  if (draft.eventType === 'decision' && draft.action === undefined && draft.error === undefined) {
    throw new QuittanceError('COLLECTOR_NO_ACTION', 'a decision needs setAction or setError before it is emitted', {
      details: { receiptId: draft.receiptId, chainId: draft.chainId },
    })
  }
  if (draft.eventType === 'human_oversight') {
    const { humanOversight: oversight } = draft
    if (oversight === undefined)
      throw incomplete('humanOversight', 'is required on eventType human_oversight: use setHumanOversight')
    const about = draft.links?.some((link) => link.rel === 'about' && link.receiptHash !== undefined)
    if (!about && !withoutSubject.has(oversight.kind)) {
      throw incomplete(
        'links',
        'must say which receipt the oversight is about: addLink("about", receipt) with the sealed receipt',
      )
    }
  }
  const basis = draft.decision?.groupBasis
  if (basis !== undefined && basis !== 'blind' && details.groups === undefined) {
    throw incomplete('details.groups', 'is required with a groupBasis other than blind: use setDetail("groups", …)')
  }
}

/**
 * Makes the draft out of what was gathered, its streams having ended.
 *
 * @param state - what was gathered
 * @returns the draft, frozen
 */
export function compose({ draft, details, environment }: FactsState): ReceiptDraft {
  // a clock that was set back meanwhile must not end the period before it began
  const now = Math.max(environment.now(), Date.parse(draft.startedAt as string))
  return Object.freeze({
    ...draft,
    endedAt: draft.endedAt ?? new Date(now).toISOString(),
    ...(draft.eventType === 'decision' && draft.checks === undefined && { checks: Object.freeze([]) }),
    ...(Object.keys(details).length > 0 && { details: Object.freeze({ ...details }) }),
  })
}
