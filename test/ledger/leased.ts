import { memoryStore } from '../../src/store/memory.js'
import type { Lease, ReceiptStore } from '../../src/store/store.js'

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Waiting {
  readonly id: number
  grant(): void
}

/** What several writers share: one memory, and one turn, first come, first served, that ends alone. */
export interface Shared {
  readonly memory: ReceiptStore
  /** A view as another process has it: each answer takes a turn of the event loop. */
  view(extra?: Partial<ReceiptStore>): ReceiptStore
  /** As `view`, of a writer that knows no turns. */
  viewWithoutTurns(extra?: Partial<ReceiptStore>): ReceiptStore
  /** How many turns were taken, and how many are held now. */
  readonly taken: number
  readonly held: number
}

export function shared(memory: ReceiptStore = memoryStore()): Shared {
  let next = 0
  let taken = 0
  let holder: { readonly id: number; readonly timer: ReturnType<typeof setTimeout> } | undefined
  let waiting: Waiting[] = []

  const pass = (id: number): void => {
    if (holder?.id !== id) return
    clearTimeout(holder.timer)
    holder = undefined
    waiting.shift()?.grant()
  }

  const viewWithoutTurns = (extra: Partial<ReceiptStore> = {}): ReceiptStore => ({
    ...memory,
    async head(chainId, options) {
      await turn()
      return memory.head(chainId, options)
    },
    async append(chainId, receipts, expected, options) {
      await turn()
      await memory.append(chainId, receipts, expected, options)
      await turn()
    },
    close: async () => undefined,
    ...extra,
  })

  const lease = (_: string, ttlMs: number, options: { signal?: AbortSignal | undefined } = {}): Promise<Lease> => {
    const id = next
    next += 1
    return new Promise((resolve, reject) => {
      const grant = (): void => {
        taken += 1
        holder = { id, timer: setTimeout(() => pass(id), ttlMs) }
        holder.timer.unref()
        resolve({ release: async () => pass(id) })
      }
      options.signal?.addEventListener('abort', () => {
        waiting = waiting.filter((one) => one.id !== id)
        reject(options.signal?.reason)
      })
      if (holder === undefined) grant()
      else waiting.push({ id, grant })
    })
  }

  return {
    memory,
    viewWithoutTurns,
    view: (extra) => viewWithoutTurns({ lease, ...extra }),
    get taken() {
      return taken
    },
    get held() {
      return holder === undefined ? 0 : 1
    },
  }
}
