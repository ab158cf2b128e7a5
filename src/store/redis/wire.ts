import type { Redis } from 'ioredis'
import { type ScriptName, scripts } from '../lua/scripts.js'
import { isReply, unreached } from './faults.js'
import type { Argument } from './link.js'

/** How long a server may take to say goodbye. */
export const QUIT_MS = 1_000

/**
 * One connection, from its beginning to its end: it never reconnects, so that what was in flight when it ended is told at
 * once, and whoever comes next opens another. Rejects with the server's own reply, or with a `QuittanceError` that says
 * whether the command can have been sent.
 */
export interface Wire {
  /** False once it has ended. */
  readonly alive: boolean
  call(command: string, args: readonly Argument[]): Promise<unknown>
  callBytes(command: string, args: readonly Argument[]): Promise<unknown>
  /** Runs a script; sent in full at the first time, and again where the server forgot it. */
  run(name: ScriptName, keys: readonly string[], args: readonly Argument[]): Promise<unknown>
  /** Ends it once everything in flight was answered. */
  finish(): Promise<void>
  /** Ends it now; what is in flight rejects. */
  drop(): void
}

type Method = (...args: Argument[]) => Promise<unknown>

/** Not a name of any command, so that nothing of the client is covered. */
const methodOf = (name: string) => `quittance:${name}`

/**
 * @param client - ours, not connected yet, and told neither to reconnect nor to queue
 * @returns the wire, once it is connected
 * @throws QuittanceError what stood in the way
 */
export async function openWire(client: Redis): Promise<Wire> {
  let heard: unknown
  client.on('error', (error: unknown) => {
    heard = error
  })
  for (const [name, { text }] of Object.entries(scripts)) client.defineCommand(methodOf(name), { lua: text })
  try {
    await client.connect()
  } catch (error) {
    client.disconnect()
    throw unreached(heard ?? error, false)
  }
  let lost = false
  const methods = client as unknown as Readonly<Record<string, Method>>

  async function send(method: string, args: readonly Argument[]): Promise<unknown> {
    if (lost || client.status !== 'ready') throw unreached(heard, false)
    try {
      return await (methods[method] as Method).apply(client, args as Argument[])
    } catch (error) {
      if (isReply(error)) throw error
      lost = true
      throw unreached(heard ?? error, !/writ(e)?able/.test((error as Error).message))
    }
  }

  return {
    get alive() {
      return !lost && client.status === 'ready'
    },
    // upper case: the client reshapes replies of the names that it knows
    call: (command, args) => send('call', [command.toUpperCase(), ...args]),
    callBytes: (command, args) => send('callBuffer', [command.toUpperCase(), ...args]),
    run: (name, keys, args) => send(methodOf(name), [keys.length, ...keys, ...args]),
    async finish() {
      if (client.status === 'ready') {
        let timer: NodeJS.Timeout | undefined
        const late = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, QUIT_MS)
        })
        // a connection that ended by itself is as good as one that was ended
        await Promise.race([client.quit().then(undefined, () => undefined), late])
        clearTimeout(timer)
      }
      client.disconnect()
    },
    drop: () => client.disconnect(),
  }
}
