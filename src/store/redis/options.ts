import type { Cluster, Redis } from 'ioredis'
import type { ReceiptQuery } from '../store.js'

/** Where Redis is. Exactly one of these. */
export type RedisTarget =
  /** A connected ioredis client of yours, which stays yours: the store works on connections that it copies from it. */
  | { readonly client: Redis | Cluster }
  /** `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. */
  | { readonly url: string }
  /** The first nodes of a cluster, as URLs. */
  | { readonly cluster: readonly string[] }

/** What a store may be told to live with, in so many words. Each means that receipts can be lost. */
export type AcceptedRisk =
  /** `maxmemory-policy` is not `noeviction`: Redis may delete receipts. */
  | 'eviction'
  /** `durability: 'fsynced'` is asked for and Redis does not write, or does not confirm, an append-only file. */
  | 'no-aof'
  /** The node is a replica: for reading only. */
  | 'replica'
  /** The configuration can't be read, as with some managed services. */
  | 'unchecked'

/** The members that `query` can be answered by without looking at every receipt. */
export type RedisIndex = Exclude<keyof ReceiptQuery, 'chainId' | 'from' | 'to' | 'limit' | 'signal'>

/** How the store works. */
export interface RedisStoreOptions {
  /** What receipts have survived when `append` resolves; default `memory`. */
  readonly durability?: 'memory' | 'replicated' | 'fsynced' | undefined
  /** With `replicated`: how many replicas must confirm; default 1. */
  readonly replicas?: number | undefined
  /** How long to wait for confirmation, in milliseconds; default 1,000. */
  readonly confirmMs?: number | undefined
  /** The first part of every key; default `quittance`. 1-64 of `[A-Za-z0-9._-]`. */
  readonly prefix?: string | undefined
  /** Default none: each costs memory with every receipt. */
  readonly indexes?: readonly RedisIndex[] | undefined
  readonly accept?: readonly AcceptedRisk[] | undefined
}
