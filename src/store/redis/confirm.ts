import { QuittanceError } from '../../errors.js'
import type { Durability } from '../store.js'
import { behindAsking, byName, type Evaluation, inFull } from './evaluate.js'
import { aboutWrite, replyWord } from './faults.js'
import type { Argument } from './link.js'
import type { RedisStoreOptions } from './options.js'
import { reachesDisk, type ServerFacts } from './server-facts.js'
import type { Wire } from './wire.js'

/** What asks a server whether the last write of the connection is as durable as wanted. */
export interface Confirmation {
  readonly command: 'WAIT' | 'WAITAOF'
  readonly args: readonly Argument[]
  /** How many must have it: replicas, or the server's own disk. */
  readonly needed: number
}

const DEFAULT_CONFIRM_MS = 1_000

/** @returns for how long a confirmation is waited */
export const confirmMsOf = (options: RedisStoreOptions): number => options.confirmMs ?? DEFAULT_CONFIRM_MS

/**
 * @param options - what was asked for
 * @param facts - of the server
 * @returns what to ask after each durable write; `undefined` where the reply to the write says enough
 */
export function confirmationOf(options: RedisStoreOptions, facts: ServerFacts): Confirmation | undefined {
  const ms = confirmMsOf(options)
  if (options.durability === 'replicated') {
    const needed = options.replicas ?? 1
    return { command: 'WAIT', args: [needed, ms], needed }
  }
  // one that is known not to reach the disk was accepted as it is
  if (options.durability === 'fsynced' && facts.hasWaitAof && reachesDisk(facts)) {
    return { command: 'WAITAOF', args: [1, 0, ms], needed: 1 }
  }
  return undefined
}

/** @returns what an append that resolved has survived on this server, which may be less than asked where that was accepted */
export function durabilityOf(options: RedisStoreOptions, facts: ServerFacts): Durability {
  const asked = options.durability ?? 'memory'
  if (asked !== 'fsynced') return asked
  return reachesDisk(facts) ? 'fsynced' : 'memory'
}

function assertMet({ command, needed }: Confirmation, reply: unknown): void {
  const count = Number(Array.isArray(reply) ? reply[0] : reply)
  if (count >= needed) return
  const missing = command === 'WAIT' ? `${count} of ${needed} replicas confirmed it` : 'it is not on the disk yet'
  throw new QuittanceError('STORE_DURABILITY', `the write was not confirmed in time: ${missing}`, {
    details: { reason: command, outcome: 'unknown', retryable: true },
  })
}

/** The confirmation is looked at only where there was something to confirm. */
type Settled = { readonly reply: unknown } | { readonly error: unknown }

const settled = (asked: Promise<unknown>): Promise<Settled> =>
  asked.then(
    (reply) => ({ reply }),
    (error: unknown) => ({ error }),
  )

/**
 * Runs a script and asks for its confirmation in the same round trip. Where the server had forgotten the script, the
 * confirmation was of nothing, so both are sent again.
 *
 * @param wrote - tells from the reply whether there is something to confirm
 * @param asking - whether the key is moving to this node
 * @returns the script's reply
 * @throws QuittanceError `STORE_DURABILITY` when it was not confirmed; else what `Wire` throws
 */
export async function runConfirmed(
  wire: Wire,
  confirmation: Confirmation,
  script: Evaluation,
  wrote: (reply: unknown) => boolean,
  asking: boolean,
): Promise<unknown> {
  const { command, args } = confirmation
  async function together(send: () => Promise<unknown>): Promise<unknown> {
    const running = send()
    const asked = settled(wire.call(command, args))
    const reply = await running
    if (!wrote(reply)) return reply
    const confirmed = await asked
    if ('error' in confirmed) throw aboutWrite(confirmed.error, 'unknown')
    assertMet(confirmation, confirmed.reply)
    return reply
  }
  const full = () => inFull(wire, script)
  if (asking) return together(() => behindAsking(wire, full))
  try {
    return await together(() => byName(wire, script))
  } catch (error) {
    if (replyWord(error) !== 'NOSCRIPT') throw error
    return together(full)
  }
}
