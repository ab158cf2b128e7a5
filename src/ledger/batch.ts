/** Receipts that are written together, with everybody who waits for them. */
import { setMaxListeners } from 'node:events'
import type { Frame } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { agrees } from './agreement.js'
import type { Entry, Order } from './order.js'
import type { Wait } from './wait.js'

/** The most receipts that one call of the store gets: one batch is signed while the one before is stored. */
export const MAX_BATCH = 128

/** With fewer it is better to wait: what comes meanwhile would have to wait for a call of its own. */
export const LEAST_AHEAD = 64

/** One receipt to be written. */
export interface Slot {
  readonly order: Order
  /** More than one where the same draft was appended twice. */
  readonly waits: Wait[]
  /** Where the order makes it anew at each turn, the last one. */
  frame: Frame | undefined
  /** Every form in which it was handed to the store. */
  sealed: readonly DecisionReceipt[]
}

/** Thrown inside a batch for which nobody waits any more. */
export class Abandoned extends Error {}

/**
 * @param waiting - how many receipts wait
 * @returns how many go in the next batch of a turn: too few for a batch of their own are not left to wait for another turn
 */
export function mostInTurn(waiting: number): number {
  return waiting < MAX_BATCH + LEAST_AHEAD ? MAX_BATCH + LEAST_AHEAD : MAX_BATCH
}

/** Receipts under way. */
export interface Batch {
  /** What is still to be written, or so much of it as is tried now. */
  readonly slots: readonly Slot[]
  /** Whether only the first is tried now. */
  narrow: boolean
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
  readonly abandoned: boolean
  /**
   * Waits for something as long as anybody waits for the batch.
   *
   * @param late - gets the result that came after that
   * @throws Abandoned
   */
  during<T>(
    work: Promise<T>,
    late?: { readonly done?: (value: T) => void; readonly failed?: (error: unknown) => void },
  ): Promise<T>
  /** Forgets slots for which nobody waits any more. */
  dropEnded(): void
  /** Takes more from the front of a queue, as long as it goes together. */
  fill(queue: Entry[]): void
  /** Ends the watch over its waits. */
  finish(): void
}

/** Whether somebody still waits for it. */
export function isAwaited({ waits }: Slot): boolean {
  for (const wait of waits) if (!wait.ended) return true
  return false
}

const isDraft = ({ frame }: Order): boolean => typeof frame === 'object'

const none: readonly never[] = []

function slotOf({ order, wait }: Entry): Slot {
  return {
    order,
    waits: [wait],
    frame: typeof order.frame === 'object' ? order.frame : undefined,
    sealed: none,
  }
}

/**
 * Takes what goes together from the front of a queue: at most 128, an order that wants to be alone by itself, the same
 * draft twice as one. A second draft of an id that says something else ends the batch: its turn comes when the first is
 * settled.
 *
 * @param queue - is shortened
 * @param options - `draftsOnly`: an order that depends on its turn ends the batch; `onto`: what the batch has already, and
 *   `most` receipts with it
 * @returns the slots; none where nobody waits any more
 */
export function takeSlots(
  queue: Entry[],
  {
    draftsOnly = false,
    onto = [],
    most = MAX_BATCH,
  }: { readonly draftsOnly?: boolean; readonly onto?: readonly Slot[]; readonly most?: number } = {},
): Slot[] {
  const slots = [...onto]
  if (slots[0]?.order.alone) return slots
  const [only] = queue
  if (only === undefined) return slots
  if (queue.length === 1 && slots.length === 0 && !only.wait.ended && (!draftsOnly || isDraft(only.order))) {
    queue.length = 0
    return [slotOf(only)]
  }
  const byId = new Map(slots.map((slot) => [slot.order.receiptId, slot]))
  let taken = 0
  for (const { order, wait } of queue) {
    if (slots.length >= most) break
    if (wait.ended) {
      taken += 1
      continue
    }
    if (order.alone && slots.length > 0) break
    if (draftsOnly && !isDraft(order)) break
    const twin = byId.get(order.receiptId)
    if (twin !== undefined && !sameDraft(twin.order, order)) break
    taken += 1
    if (twin !== undefined) twin.waits.push(wait)
    else {
      const slot = slotOf({ order, wait })
      byId.set(order.receiptId, slot)
      slots.push(slot)
    }
    if (order.alone) break
  }
  queue.splice(0, taken)
  return slots
}

function sameDraft(one: Order, other: Order): boolean {
  return typeof one.frame === 'object' && typeof other.frame === 'object' && agrees(one.frame.body, other.frame.body)
}

/** A signal for one batch after another. */
interface Lent {
  readonly controller: AbortController
  loans: number
}

/** Signals that nobody aborted, for the next batch: one costs more than a receipt. As many chains as may be under way have one. */
const spare: Lent[] = []
const MAX_SPARE = 512
/** So often a signal is lent: a listener that somebody forgot on it does not stay for ever. */
const MAX_LOANS = 64

function lend(): Lent {
  const known = spare.pop()
  if (known !== undefined) {
    known.loans += 1
    return known
  }
  const controller = new AbortController()
  // every signature under way may listen to it, and a provider of several layers more than once
  setMaxListeners(0, controller.signal)
  return { controller, loans: 1 }
}

const gone = (): Abandoned => new Abandoned('nobody waits for these receipts any more')

/** A class, because one is made for each turn of each chain, and closures would cost more than the receipts. */
class WatchedBatch implements Batch {
  narrow = false
  abandoned = false
  #slots: readonly Slot[]
  #lent: Lent | undefined
  /** Who hears that nobody waits any more. */
  #hear: Set<() => void> | undefined
  #awaited = 0
  #over = false
  readonly #onEnd = (): void => {
    this.#awaited -= 1
    if (this.#awaited > 0 || this.#over) return
    this.abandoned = true
    this.#lent?.controller.abort(gone())
    for (const listener of this.#hear ?? []) listener()
  }

  constructor(slots: readonly Slot[]) {
    this.#slots = slots
    this.#watch()
  }

  get slots(): readonly Slot[] {
    return this.narrow ? this.#slots.slice(0, 1) : this.#slots
  }

  get signal(): AbortSignal {
    if (this.#lent === undefined) {
      this.#lent = lend()
      if (this.abandoned) this.#lent.controller.abort(gone())
    }
    return this.#lent.controller.signal
  }

  during<T>(
    work: Promise<T>,
    late?: { readonly done?: (value: T) => void; readonly failed?: (error: unknown) => void },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let left = this.abandoned
      const leave = (): void => {
        left = true
        this.#hear?.delete(leave)
        reject(gone())
      }
      this.#hear ??= new Set()
      this.#hear.add(leave)
      if (left) leave()
      work.then(
        (value) => {
          this.#hear?.delete(leave)
          if (left) late?.done?.(value)
          else resolve(value)
        },
        (error: unknown) => {
          this.#hear?.delete(leave)
          if (left) late?.failed?.(error)
          else reject(error)
        },
      )
    })
  }

  dropEnded(): void {
    if (!this.#slots.every(isAwaited)) this.#slots = this.#slots.filter(isAwaited)
  }

  fill(queue: Entry[]): void {
    if (this.abandoned || this.#over || queue.length === 0) return
    this.#slots = takeSlots(queue, { onto: this.#slots, most: mostInTurn(this.#slots.length + queue.length) })
    this.#watch()
  }

  finish(): void {
    if (this.#over) return
    this.#over = true
    const lent = this.#lent
    if (lent === undefined || this.abandoned || spare.length >= MAX_SPARE || lent.loans >= MAX_LOANS) return
    spare.push(lent)
  }

  #watch(): void {
    for (const { waits } of this.#slots) {
      for (const wait of waits) {
        if (wait.ended || wait.onEnd !== undefined) continue
        this.#awaited += 1
        wait.onEnd = this.#onEnd
      }
    }
  }
}

/**
 * @param slots - from `takeSlots`
 * @returns the batch, watched
 */
export function createBatch(slots: readonly Slot[]): Batch {
  return new WatchedBatch(slots)
}
