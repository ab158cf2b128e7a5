interface Waiting {
  readonly aborts: Set<() => void>
  readonly tell: () => void
}

/** One listener a signal, however many calls wait on it: Node takes more than ten for a leak. */
const waiting = new WeakMap<AbortSignal, Waiting>()

function hear(signal: AbortSignal, abort: () => void): () => void {
  let all = waiting.get(signal)
  if (all === undefined) {
    const aborts = new Set<() => void>()
    const tell = (): void => {
      for (const one of [...aborts]) one()
    }
    all = { aborts, tell }
    waiting.set(signal, all)
    signal.addEventListener('abort', tell, { once: true })
  }
  const { aborts, tell } = all
  aborts.add(abort)
  return () => {
    if (!aborts.delete(abort) || aborts.size > 0) return
    waiting.delete(signal)
    signal.removeEventListener('abort', tell)
  }
}

/**
 * @param running - what was begun
 * @param signal - gives up waiting for it
 * @returns its result, or rejects with the signal's reason as soon as that aborts; what was begun goes on unheard
 */
export function raced<T>(running: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return running
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    const leave = hear(signal, abort)
    running.then(resolve, reject).finally(leave)
    if (signal.aborted) abort()
  })
}
