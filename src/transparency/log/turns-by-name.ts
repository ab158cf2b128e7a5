/**
 * @returns what runs tasks of one name one after another, and those of different names at once
 */
export function turnsByName(): <T>(name: string, task: () => Promise<T>) => Promise<T> {
  const turns = new Map<string, Promise<void>>()
  return async (name, task) => {
    const before = turns.get(name)
    let done: () => void = () => undefined
    const mine = new Promise<void>((resolve) => {
      done = resolve
    })
    turns.set(name, mine)
    await before
    try {
      return await task()
    } finally {
      if (turns.get(name) === mine) turns.delete(name)
      done()
    }
  }
}
