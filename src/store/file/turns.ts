/** Work that is done one after another, in the order it was asked for. */
export interface Turns {
  /** Does the work when all that was asked for before is done. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is left to be done. */
  idle(): Promise<void>
}

/** @returns a new row of turns */
export function turns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(work) {
      const result = last.then(work)
      // a failure is told to who asked for that work; the next in the row goes on
      last = result.then(
        () => undefined,
        () => undefined,
      )
      return result
    },
    async idle() {
      for (let seen: unknown; seen !== last; ) {
        seen = last
        await last
      }
    },
  }
}
