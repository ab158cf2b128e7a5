import type { Redis } from 'ioredis'
import { type Confirmation, confirmationOf, confirmMsOf } from './confirm.js'
import { aboutWrite } from './faults.js'
import { createLane, type Lane } from './lane.js'
import type { RedisStoreOptions } from './options.js'
import type { OwnTimes } from './own-client.js'
import { createPool, type Pool } from './pool.js'
import { factsOf, type ServerFacts } from './server-facts.js'
import { slotOf } from './slots.js'
import { openWire, type Wire } from './wire.js'

/** A connection whose server was looked at. */
export interface Ready {
  readonly wire: Wire
  /** What to ask after a durable write. */
  readonly confirmation: Confirmation | undefined
  /**
   * For before a write whose reply alone says that it is on the disk: that holds only as long as the configuration does.
   *
   * @throws as the look at a new connection
   */
  recheck(): Promise<void>
}

/** The connections to one server. */
export interface Node {
  /** For everything that is answered at once. */
  readonly main: Lane<Ready>
  /** For writes that wait for others to confirm them, while everything behind them waits too; the same for the same chain. */
  durable(key: string): Lane<Ready>
  readonly blocking: Pool
  /** Asks the server how it stands. */
  look(wire: Wire): Promise<ServerFacts>
  /** Lets go of its connections; the next use opens others. */
  rest(): Promise<void>
  /** Ends what blocks. */
  interrupt(): void
}

const DURABLE_LANES = 4

/** How old what is known of the configuration may be where an acknowledgement rests on it. */
const RECHECK_MS = 1_000

/** How long somebody may block at a time; for longer they come again. */
export const BLOCK_MS = 30_000

/**
 * @param make - a client of ours to it
 * @param inspect - throws where the server must not be used
 * @param options - of the store
 * @returns the node; nothing is opened yet
 */
export function createNode(
  make: (times: OwnTimes) => Promise<Redis>,
  inspect: (facts: ServerFacts) => void,
  options: RedisStoreOptions,
): Node {
  async function look(wire: Wire): Promise<ServerFacts> {
    const facts = await factsOf(wire, options.durability === 'fsynced')
    inspect(facts)
    return facts
  }
  async function opened(wire: Wire): Promise<Ready> {
    let last = performance.now()
    const confirmation = confirmationOf(options, await look(wire))
    let looking: Promise<void> | undefined
    async function again(): Promise<void> {
      const began = performance.now()
      try {
        await look(wire)
        last = began
      } catch (error) {
        throw aboutWrite(error, 'absent')
      } finally {
        looking = undefined
      }
    }
    return {
      wire,
      confirmation,
      async recheck() {
        if (options.durability !== 'fsynced' || confirmation || performance.now() - last < RECHECK_MS) return
        looking ??= again()
        await looking
      },
    }
  }
  const laneOf = (times: OwnTimes) =>
    createLane<Ready>(async (signal) => {
      const client = await make(times)
      // one that is not connected yet would wait for its turn to say goodbye
      const giveUp = () => {
        client.disconnect()
        ;(client as { readonly stream?: { destroy(): unknown } }).stream?.destroy()
      }
      signal.addEventListener('abort', giveUp, { once: true })
      const wire = await openWire(client)
      try {
        return await opened(wire)
      } catch (error) {
        wire.drop()
        throw aboutWrite(error, 'absent')
      }
    })
  const main = laneOf({})
  const durable = Array.from({ length: DURABLE_LANES }, () => laneOf({ extraMs: confirmMsOf(options) }))
  const blocking = createPool(async () => openWire(await make({ extraMs: BLOCK_MS })))
  return {
    main,
    durable: (key) => durable[slotOf(key) % DURABLE_LANES] as Lane<Ready>,
    blocking,
    look,
    interrupt: () => blocking.interrupt(),
    async rest() {
      blocking.rest()
      await Promise.all([main, ...durable].map((lane) => lane.rest()))
    },
  }
}
