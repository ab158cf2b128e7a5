/** Which decisions that ask for a person had one, and which requests are still open. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { reviewKinds } from '../statistics/oversight.js'
import { type ReceiptRef, refOf } from '../statistics/receipt-ref.js'
import { createRecent } from '../statistics/recent.js'
import { createAwaiting, type Waiting } from './awaiting.js'

/** What people left undone. */
export interface PeopleSnapshot {
  readonly before: Waiting & { readonly n: number }
  readonly after: Waiting & { readonly n: number }
  readonly requests: Omit<Waiting, 'cases'> & { readonly n: number }
}

/** Follows decisions that ask for oversight, requests and reviews. */
export interface People {
  /**
   * @param receipt - the next of its chain
   * @param counts - whether it is in the period; a review counts whenever it came
   */
  update(receipt: DecisionReceipt, counts: boolean): void
  snapshot(): PeopleSnapshot
}

interface Request {
  readonly key: string
  readonly ref: ReceiptRef
  readonly counts: boolean
  /** The decisions that it asks about. */
  readonly about: readonly string[]
  quorum: number
  readonly reviewers: string[]
}

const reviews: ReadonlySet<string> = new Set(reviewKinds)
/** An open vocabulary has no largest quorum, memory has. */
const MOST_REVIEWERS = 64

/**
 * @param limit - how many decisions and requests are remembered at least
 * @returns a follower of one chain
 */
export function createPeople(limit: number): People {
  const before = createAwaiting(limit)
  const after = createAwaiting(limit)
  const open = createRecent<Request>(limit)
  /** The key of a request by the id of its receipt. */
  const keyByReceipt = createRecent<string>(limit)
  const asked = { before: 0, after: 0, requests: 0 }

  const onRequest = (receipt: DecisionReceipt, about: readonly string[], counts: boolean): void => {
    const { requestId, quorum = 1 } = receipt.humanOversight ?? {}
    const key = requestId === undefined ? `about ${about.join(' ')}` : `request ${requestId}`
    keyByReceipt.set(receipt.receiptId, key)
    const already = open.get(key)
    if (already !== undefined) {
      // asked again, or of a second person: the answers so far still count
      already.quorum = Math.max(already.quorum, quorum)
      return
    }
    if (counts) asked.requests += 1
    open.set(key, { key, ref: refOf(receipt), counts, about, quorum, reviewers: [] })
  }

  const onReview = (receipt: DecisionReceipt, about: readonly string[]): void => {
    const { requestId, reviewerId = '', quorum } = receipt.humanOversight ?? {}
    const keys = new Set<string>([requestId === undefined ? `about ${about.join(' ')}` : `request ${requestId}`])
    for (const id of about) {
      before.meet(id)
      after.meet(id)
      const key = keyByReceipt.get(id)
      if (key !== undefined) keys.add(key)
    }
    for (const key of keys) {
      const request = open.get(key)
      if (request === undefined) continue
      for (const id of request.about) {
        before.meet(id)
        after.meet(id)
      }
      if (quorum !== undefined && quorum > request.quorum) request.quorum = quorum
      if (!request.reviewers.includes(reviewerId) && request.reviewers.length < MOST_REVIEWERS)
        request.reviewers.push(reviewerId)
      if (request.reviewers.length >= request.quorum) open.delete(key)
    }
  }

  return {
    update(receipt, counts) {
      const wish = receipt.eventType === 'decision' ? receipt.decision?.oversight : undefined
      if (counts && (wish === 'before' || wish === 'after')) {
        asked[wish] += 1
        ;(wish === 'before' ? before : after).expect(receipt.receiptId, refOf(receipt))
      }
      if (receipt.eventType !== 'human_oversight') return
      const kind = receipt.humanOversight?.kind ?? ''
      const about = (receipt.links ?? []).flatMap(({ rel, receiptId }) => (rel === 'about' ? [receiptId] : []))
      if (kind === 'request') onRequest(receipt, about, counts)
      else if (reviews.has(kind)) onReview(receipt, about)
    },
    snapshot() {
      const requests = open.values().filter(({ counts }) => counts)
      const seqs = requests.map(({ ref }) => ref).sort((a, b) => a.seq - b.seq)
      const [first, last] = [seqs[0], seqs.at(-1)]
      return {
        before: { ...before.waiting(), n: asked.before },
        after: { ...after.waiting(), n: asked.after },
        requests: {
          count: requests.length,
          n: asked.requests,
          undecided: open.forgotten,
          ...(first === undefined || last === undefined ? {} : { first, last }),
        },
      }
    },
  }
}
