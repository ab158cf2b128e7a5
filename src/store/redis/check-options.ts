import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { AcceptedRisk, RedisIndex, RedisStoreOptions } from './options.js'

const targetMembers = { client: true, url: true, cluster: true } as const
const optionMembers: Readonly<Record<keyof RedisStoreOptions, true>> = {
  durability: true,
  replicas: true,
  confirmMs: true,
  prefix: true,
  indexes: true,
  accept: true,
}
const indexMembers: Readonly<Record<RedisIndex, true>> = {
  traceId: true,
  sessionId: true,
  subjectId: true,
  action: true,
  eventType: true,
}
const risks: Readonly<Record<AcceptedRisk, true>> = { eviction: true, 'no-aof': true, replica: true, unchecked: true }
const durabilities = { memory: true, replicated: true, fsynced: true } as const

/** The first part of every key where no other was given. */
export const DEFAULT_PREFIX = 'quittance'

const prefixPattern = /^[A-Za-z0-9._-]{1,64}$/

/** Every member that can be indexed. */
export const redisIndexes = Object.keys(indexMembers) as RedisIndex[]

/** What the driver itself goes by. */
export interface Settings {
  readonly prefix: string
  readonly indexes: readonly RedisIndex[]
  /** Whether a write is confirmed by more than its reply. */
  readonly isConfirmed: boolean
}

function checkWords(name: string, value: unknown, known: Readonly<Record<string, true>>): void {
  if (value === undefined) return
  if (!Array.isArray(value)) throw new TypeError(`options.${name} must be an array`)
  for (const word of value as unknown[]) checkWord(name, word, known)
}

function checkWord(name: string, word: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof word !== 'string') throw new TypeError(`options.${name} must be of ${Object.keys(known).join(', ')}`)
  if (!Object.hasOwn(known, word)) throw new RangeError(`options.${name} must be of ${Object.keys(known).join(', ')}`)
}

function checkCount(name: string, value: unknown): void {
  if (value === undefined) return
  if (typeof value !== 'number') throw new TypeError(`options.${name} must be a number`)
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`options.${name} must be a positive integer`)
}

/**
 * @param target - what the caller gave; what is in it is looked at by the link
 * @param options - what the caller gave
 * @returns what the driver goes by
 * @throws TypeError, RangeError that name what is wrong
 */
export function settingsOf(target: object, options: RedisStoreOptions): Settings {
  if (typeof target !== 'object' || target === null) throw new TypeError('target must be {client}, {url} or {cluster}')
  refuseUnknownMembers(target, targetMembers, 'target')
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, optionMembers, 'options')
  const { durability = 'memory', replicas, confirmMs, prefix = DEFAULT_PREFIX, indexes, accept } = options
  checkWord('durability', durability, durabilities)
  checkCount('replicas', replicas)
  checkCount('confirmMs', confirmMs)
  if (replicas !== undefined && durability !== 'replicated') {
    throw new RangeError("options.replicas means nothing without durability: 'replicated'")
  }
  if (typeof prefix !== 'string') throw new TypeError('options.prefix must be a string')
  if (!prefixPattern.test(prefix)) throw new RangeError('options.prefix must be 1-64 of A-Z a-z 0-9 . _ -')
  checkWords('indexes', indexes, indexMembers)
  checkWords('accept', accept, risks)
  const wanted: ReadonlySet<string> = new Set(indexes)
  return {
    prefix,
    indexes: redisIndexes.filter((name) => wanted.has(name)),
    isConfirmed: durability !== 'memory',
  }
}
