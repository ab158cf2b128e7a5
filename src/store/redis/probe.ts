import type { ErrorCode } from '../../errors.js'
import { answered, isReply, replyWord } from './faults.js'
import { probeKey } from './keys.js'
import { slotOf } from './slots.js'
import type { Primary } from './topology.js'
import type { Wire } from './wire.js'

/**
 * Appends to a list only where there is one, so it changes nothing. In a script, and with a command that takes memory:
 * what refuses an append (role, replicas, disk, memory, rights) refuses it as well, in the same words.
 */
const SCRIPT = "return redis.call('RPUSHX', KEYS[1], '')"

/** Another node has the slot by now, so this one says nothing of writing. */
const elsewhere: ReadonlySet<string | undefined> = new Set(['MOVED', 'ASK', 'TRYAGAIN'])

/** More than enough to find one of the 16,384 slots. */
const MAX_TAGS = 1 << 20

function keyOn({ serves }: Primary, prefix: string): string | undefined {
  for (let tag = 0; tag < MAX_TAGS; tag += 1) {
    const key = probeKey(prefix, `${tag}`)
    if (serves(slotOf(key))) return key
  }
  return undefined
}

/**
 * Asks a server to write where there is nothing to write.
 *
 * @param primary - the server
 * @param wire - a connection to it
 * @param prefix - of the store
 * @returns the code that an append would be refused with now, `undefined` where none is known
 * @throws whatever the connection runs into
 */
export async function refusalOn(primary: Primary, wire: Wire, prefix: string): Promise<ErrorCode | undefined> {
  const key = keyOn(primary, prefix)
  if (key === undefined) return undefined
  try {
    await wire.call('EVAL', [SCRIPT, 1, key])
    return undefined
  } catch (error) {
    if (!isReply(error)) throw error
    return elsewhere.has(replyWord(error)) ? undefined : answered(error).code
  }
}
