/** What appends do while the store is away: wait, fail, or go to the outbox. */
import { chainIdPattern } from '../primitives/chain-id.js'
import { uuidv7 } from '../receipt/schema/words.js'
import type { Frame } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import type { Addressed } from './desk.js'
import type { ReceiptDraft } from './draft.js'
import { after, type Maybe } from './maybe.js'
import { createOutbox, type Outbox, type OutboxParts } from './outbox.js'
import { createPresence } from './presence.js'
import type { AppendOptions, OutboxOptions } from './types.js'

/** How long a store is waited for before it is taken to be away, in milliseconds. */
const AFTER_MS = 2_000

const ways: ReadonlySet<unknown> = new Set(['wait', 'fail', 'accept'])

/** Chain and receipt of a draft, as far as they are fit to be shown in an error. */
function shownIds(draft: ReceiptDraft): Partial<Addressed> {
  const { chainId, receiptId } = (draft ?? {}) as Partial<ReceiptDraft>
  return {
    ...(typeof chainId === 'string' && chainIdPattern.test(chainId) ? { chainId } : {}),
    ...(uuidv7.check(receiptId) === undefined ? { receiptId: receiptId as string } : {}),
  }
}

function checkWay(whenAway: AppendOptions['whenAway'], outbox: boolean): void {
  if (whenAway === undefined) return
  if (!ways.has(whenAway)) throw new RangeError("whenAway must be 'wait', 'fail' or 'accept'")
  if (whenAway === 'accept' && !outbox) throw new RangeError("whenAway: 'accept' needs a ledger with an outbox")
}

/** Copies a draft at the first call and makes one frame, however often it is asked for. */
function once(make: () => Maybe<Frame>): () => Maybe<Frame> {
  let made: Maybe<Frame> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The store as the ledger uses it, and how drafts come to it. */
export interface WhenAway {
  /** The store; watched where there is an outbox. */
  readonly store: ReceiptStore
  /** @param ledger - what is made of that store */
  over(ledger: Omit<OutboxParts, 'presence' | 'main' | 'local' | 'afterMs'>): {
    append(draft: ReceiptDraft, options?: AppendOptions): Promise<DecisionReceipt>
    readonly outbox: Outbox | undefined
  }
}

/**
 * @param store - the main store
 * @param given - the ledger's option
 * @param now - the clock
 * @returns the store, and how drafts are appended to it; nothing is opened
 */
export function createWhenAway(store: ReceiptStore, given: OutboxOptions | undefined, now: () => number): WhenAway {
  const afterMs = given?.afterMs ?? AFTER_MS
  let outbox: Outbox | undefined
  const presence = given && createPresence({ store, afterMs, now, onBack: () => outbox?.onBack() })
  return {
    store: presence?.store ?? store,
    over(ledger) {
      const { desk, timeoutMs, parts } = ledger
      const draftFrame = (draft: ReceiptDraft): Maybe<Frame> => parts.preparer.draft(draft)
      if (given !== undefined && presence !== undefined)
        outbox = createOutbox({ ...ledger, presence, main: store, local: given.store, afterMs })
      return {
        outbox,
        append(draft, options) {
          try {
            checkWay(options?.whenAway, outbox !== undefined)
          } catch (error) {
            return Promise.reject(error)
          }
          const addressed = () => shownIds(draft)
          if (outbox !== undefined) return outbox.append({ addressed, framed: once(() => draftFrame(draft)), options })
          const order = () =>
            after(draftFrame(draft), (frame) => ({
              chainId: frame.body.chainId,
              order: { receiptId: frame.body.receiptId, frame },
            }))
          if (options?.whenAway !== 'fail') return desk.submit(addressed, order, options)
          return desk.submit(addressed, order, {
            ...options,
            timeoutMs: Math.min(options.timeoutMs ?? timeoutMs, afterMs),
          })
        },
      }
    },
  }
}
