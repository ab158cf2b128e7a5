/** What is waiting to be sent. */
interface Waiting<A> {
  readonly item: Uint8Array
  resolve(answer: A): void
  reject(error: unknown): void
}

/** One call carries at most this many messages. */
const most = 256
/** And at most about as many bytes: far below what the server takes in one request. */
const mostBytes = 1024 * 1024

/**
 * Sends what is asked for at one moment together: sixty-four signatures are then one call.
 *
 * @param send - sends several messages; resolves to an answer or an error for each, in order, or rejects for all
 * @returns what asks for one
 */
export function together<A>(
  send: (items: readonly Uint8Array[]) => Promise<readonly (A | Error)[]>,
): (item: Uint8Array) => Promise<A> {
  let waiting: Waiting<A>[] = []
  let bytes = 0

  const flush = async () => {
    const sent = waiting
    waiting = []
    bytes = 0
    try {
      const answers = await send(sent.map(({ item }) => item))
      for (const [index, { resolve, reject }] of sent.entries()) {
        const answer = answers[index]
        if (answer === undefined || answer instanceof Error) reject(answer)
        else resolve(answer)
      }
    } catch (error) {
      for (const { reject } of sent) reject(error)
    }
  }

  return (item) =>
    new Promise<A>((resolve, reject) => {
      if (waiting.length === most || (waiting.length > 0 && bytes + item.length > mostBytes)) void flush()
      waiting.push({ item, resolve, reject })
      bytes += item.length
      if (waiting.length !== 1) return
      const mine = waiting
      setImmediate(() => {
        if (waiting === mine) void flush()
      })
    })
}
