import { isReply, replyWord } from './faults.js'
import type { Wire } from './wire.js'

/** What matters here of a server's configuration and state; `undefined` where it did not tell. */
export interface ServerFacts {
  readonly role: 'master' | 'slave' | undefined
  /** Where a replica's primary is. */
  readonly primary: string | undefined
  readonly eviction: string | undefined
  readonly aof: boolean | undefined
  /** Only asked for where the AOF matters. */
  readonly appendfsync: string | undefined
  readonly hasWaitAof: boolean
  readonly loading: boolean
  /** It serves only a part of the keys. */
  readonly isClusterNode: boolean
  /** How many replicas are connected, and were heard of lately where it tells when. */
  readonly replicas: number | undefined
  /** Redis says that it refuses writes: its memory is full, or the last write to its disk failed. */
  readonly refuses: boolean
}

function fieldsOf(info: string): Readonly<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null)
  for (const line of info.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1)
  }
  return fields
}

/** Servers that manage themselves forbid or leave out these commands. */
const withheld = (error: unknown): boolean =>
  isReply(error) && (replyWord(error) === 'NOPERM' || /unknown (sub)?command/i.test(error.message))

async function ifAllowed(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked
  } catch (error) {
    if (withheld(error)) return undefined
    throw error
  }
}

async function configured(wire: Wire, name: string): Promise<string | undefined> {
  const reply = await ifAllowed(wire.call('CONFIG', ['GET', name]))
  return Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined
}

/** @returns whether a server of that version has WAITAOF; every Valkey calls itself 7.2 or later */
function fromVersion72(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > 7 || (major === 7 && minor >= 2)
}

/** A replica says every second what it has. */
const MAX_LAG_S = 2

function replicasOf(told: Readonly<Record<string, string>>): number | undefined {
  if (told.connected_slaves === undefined) return undefined
  const each = Object.keys(told).filter((name) => /^slave\d+$/.test(name))
  if (each.length === 0) return Number(told.connected_slaves)
  const reached = each.filter((name) => {
    const { state, lag } = Object.fromEntries((told[name] as string).split(',').map((pair) => pair.split('=')))
    return (state ?? 'online') === 'online' && Number(lag ?? 0) <= MAX_LAG_S
  })
  return reached.length
}

/**
 * @param wire - a connection to it
 * @param withAof - whether the append-only file matters
 * @returns what the server tells about itself
 * @throws whatever the connection runs into
 */
export async function factsOf(wire: Wire, withAof: boolean): Promise<ServerFacts> {
  const info = await ifAllowed(wire.call('INFO', []))
  const told = fieldsOf(typeof info === 'string' ? info : '')
  const eviction = told.maxmemory_policy ?? (await configured(wire, 'maxmemory-policy'))
  const aof =
    told.aof_enabled ?? (withAof ? { yes: '1', no: '0' }[(await configured(wire, 'appendonly')) ?? ''] : undefined)
  const hasWaitAof = fromVersion72(told.redis_version)
  const appendfsync = withAof ? await configured(wire, 'appendfsync') : undefined
  const bound = Number(told.maxmemory ?? 0)
  return {
    role: told.role === 'master' || told.role === 'slave' ? told.role : undefined,
    primary: told.master_host === undefined ? undefined : `${told.master_host}:${told.master_port}`,
    eviction,
    aof: aof === undefined ? undefined : aof === '1',
    appendfsync,
    hasWaitAof,
    loading: told.loading === '1',
    isClusterNode: told.redis_mode === 'cluster' || told.cluster_enabled === '1',
    replicas: replicasOf(told),
    refuses: (bound > 0 && Number(told.used_memory) > bound) || told.aof_last_write_status === 'err',
  }
}

/** @returns whether an acknowledged write can be known to be on the server's disk: by WAITAOF, or since the reply came after it */
export function reachesDisk({ aof, hasWaitAof, appendfsync }: ServerFacts): boolean {
  return aof !== false && (appendfsync === 'always' || (hasWaitAof && appendfsync !== 'no'))
}
