/** Work that is done at once where nothing in it has to wait, so that drafts keep the order of their `append` calls. */

/** A value, or the promise of one. */
export type Maybe<T> = T | Promise<T>

/**
 * @param value - anything
 * @returns whether it must be awaited
 */
export function isPromise<T>(value: Maybe<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/**
 * @param value - a value, or the promise of one
 * @param next - what follows
 * @returns what `next` returns: at once where nothing has to wait
 */
export function after<T, R>(value: Maybe<T>, next: (value: T) => Maybe<R>): Maybe<R> {
  return isPromise(value) ? value.then(next) : next(value)
}

/**
 * @param items - what is to be worked on
 * @param work - is called for each in order
 * @returns all results in order: at once where nothing has to wait. One that fails fails the whole; none is left alone
 */
export function each<T, R>(items: readonly T[], work: (item: T, index: number) => Maybe<R>): Maybe<R[]> {
  const results: Maybe<R>[] = []
  let waits = false
  try {
    items.forEach((item, index) => {
      const result = work(item, index)
      waits ||= isPromise(result)
      results.push(result)
    })
  } catch (error) {
    // promises already under way need somebody who hears of them
    if (!waits) throw error
    results.push(Promise.reject(error))
  }
  return waits ? Promise.all(results) : (results as R[])
}
