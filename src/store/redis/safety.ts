import { QuittanceError } from '../../errors.js'
import type { AcceptedRisk, RedisStoreOptions } from './options.js'
import { reachesDisk, type ServerFacts } from './server-facts.js'

function unsafe(reason: AcceptedRisk, message: string): QuittanceError {
  return new QuittanceError(
    'STORE_UNSAFE',
    `${message}; or accept it: accept: ['${reason}'], in a URL ?accept=${reason}`,
    {
      details: { reason, outcome: 'absent', retryable: false },
    },
  )
}

function evicting({ eviction }: ServerFacts): QuittanceError | undefined {
  if (eviction === 'noeviction') return undefined
  if (eviction === undefined) return unchecked('maxmemory-policy')
  return unsafe(
    'eviction',
    `Redis may delete receipts: maxmemory-policy is ${eviction}. Run CONFIG SET maxmemory-policy noeviction`,
  )
}

function unchecked(what: string): QuittanceError {
  return unsafe(
    'unchecked',
    `Redis does not tell its ${what}. Allow this user to ask: ACL SETUSER <user> +info +config|get`,
  )
}

function unwritten(facts: ServerFacts): QuittanceError | undefined {
  if (facts.aof === undefined) return unchecked('appendonly')
  if (!facts.aof) return unsafe('no-aof', 'Redis writes no append-only file. Run CONFIG SET appendonly yes')
  if (reachesDisk(facts)) return undefined
  if (facts.appendfsync === undefined) return unchecked('appendfsync')
  return facts.hasWaitAof
    ? unsafe('no-aof', 'Redis never syncs its append-only file. Run CONFIG SET appendfsync everysec')
    : unsafe(
        'no-aof',
        `Redis before 7.2 can not confirm what is on its disk, and appendfsync is ${facts.appendfsync}. Run CONFIG SET appendfsync always`,
      )
}

function following({ role, primary }: ServerFacts): QuittanceError | undefined {
  if (role === 'master') return undefined
  if (role === undefined) return unchecked('role')
  return unsafe(
    'replica',
    `this Redis is a replica${primary === undefined ? '' : ` of ${primary}`}. Connect to its primary, or make it one: REPLICAOF NO ONE`,
  )
}

/**
 * Refuses a server that could lose receipts.
 *
 * @param facts - what the server told
 * @param options - what was asked for, and what is accepted
 * @throws QuittanceError `STORE_UNSAFE` with `details.reason` and the command that cures it; `STORE_UNAVAILABLE` while the
 *   server is loading
 */
export function assertSafe(facts: ServerFacts, options: RedisStoreOptions): void {
  if (facts.loading) {
    throw new QuittanceError('STORE_UNAVAILABLE', 'Redis is still loading its data (LOADING)', {
      details: { reason: 'LOADING', retryable: true, outcome: 'absent' },
    })
  }
  const looks = [following, evicting, ...(options.durability === 'fsynced' ? [unwritten] : [])]
  for (const look of looks) {
    const found = look(facts)
    if (found && !options.accept?.includes(found.details.reason as AcceptedRisk)) throw found
  }
}
