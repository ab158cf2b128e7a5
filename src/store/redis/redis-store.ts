import { QuittanceError } from '../../errors.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import {
  checkAppend,
  checkChainId,
  checkPrune,
  checkQuery,
  checkRange,
  checkStateName,
  checkStateValue,
  receiptIdPattern,
} from '../checks.js'
import { storeClosed } from '../closed.js'
import { conflict } from '../plan.js'
import { stateConflict } from '../state-conflict.js'
import type { ReceiptQuery, ReceiptStore, SeqRange, StoreOptions } from '../store.js'
import { appendArguments, digitsOf, idBytes, settleAppend } from './append.js'
import type { Settings } from './check-options.js'
import { corrupt, entryOf, lineFrom, receiptFrom } from './entry.js'
import { chainKeys, chainOfHeadKey, headPattern } from './keys.js'
import type { Link } from './link.js'
import { receiptsOf, rowsOf } from './pages.js'
import { answer } from './query.js'
import { type Standing, standingOf } from './standing.js'

/** How many receipts one call of `prune.lua` removes; Redis does nothing else meanwhile. */
const PRUNE_CHUNK = 500

/** Of every script that writes: whether it did, so that there is something to be confirmed. */
const hasWritten = (reply: unknown): boolean => (reply as readonly unknown[])[0] === 1

const digest = (digits: string): string => `sha256:${digits}`

/** @throws QuittanceError `STORE_CORRUPT` where there is something, but no head */
const isEmpty = (standing: Standing): boolean => standing.head === undefined && standing.receipt() === undefined

/**
 * The store on a link.
 *
 * @param link - to Redis; the store closes it
 * @param settings - what the store goes by
 * @returns the store
 */
export function redisStoreOn(link: Link, settings: Settings): ReceiptStore {
  const { prefix, indexes, isConfirmed } = settings
  let closing: Promise<void> | undefined

  const enter = (given: StoreOptions | undefined): void => {
    if (closing !== undefined) throw storeClosed()
    given?.signal?.throwIfAborted()
  }
  const callOf = (chainId: string, given: StoreOptions | undefined) => ({ chainId, signal: given?.signal })

  /** Where a chain stands, looked at when the first is asked for. */
  async function begin(chainId: string, given: StoreOptions): Promise<Standing> {
    enter(given)
    return standingOf(link, chainId, chainKeys(prefix, chainId), callOf(chainId, given))
  }

  /** Each only as long as the store is open and nobody gave up: a page outlives both. */
  async function* guarded<T>(items: AsyncIterable<T>, given: StoreOptions): AsyncGenerator<T, void, undefined> {
    for await (const item of items) {
      enter(given)
      yield item
    }
    enter(given)
  }

  return {
    durable: true,

    async head(chainId, given) {
      checkChainId(chainId)
      return (await begin(chainId, given ?? {})).receipt()
    },

    async append(chainId, receipts, expected, given) {
      const batch = checkAppend(chainId, receipts, expected)
      const args = appendArguments(batch, indexes, isConfirmed, given?.afterPruned === true)
      enter(given)
      const { head, receipts: stream, details, ids, index } = chainKeys(prefix, chainId)
      const call = { ...callOf(chainId, given), durable: hasWritten }
      settleAppend(chainId, batch, await link.script('append', [head, stream, details, ids, index], args, call))
    },

    async get(chainId, receiptId, given) {
      checkChainId(chainId)
      enter(given)
      if (typeof receiptId !== 'string' || !receiptIdPattern.test(receiptId)) return undefined
      const { head, receipts, details, ids } = chainKeys(prefix, chainId)
      const reply = await link.script(
        'get',
        [head, receipts, details, ids],
        [idBytes(receiptId)],
        callOf(chainId, given),
      )
      if (reply === null) return undefined
      const [seqText, fields, text] = reply as [string, string[] | null, string | null]
      const seq = Number(seqText)
      if (!fields) throw corrupt(chainId, 'missing', seq)
      const receipt = receiptFrom(chainId, seq, lineFrom(entryOf(`${seq}-1`, fields), text))
      if (receipt.receiptId !== receiptId) throw corrupt(chainId, 'id-index', seq)
      return receipt
    },

    async *read(chainId, range = {}) {
      checkChainId(chainId)
      checkRange(range)
      const standing = await begin(chainId, range)
      if (isEmpty(standing)) return
      const stretch = { from: range.fromSeq, to: range.toSeq }
      yield* guarded(receiptsOf(link, chainKeys(prefix, chainId), callOf(chainId, range), standing, stretch), range)
    },

    async *lines(chainId: string, range: SeqRange = {}) {
      checkChainId(chainId)
      checkRange(range)
      const standing = await begin(chainId, range)
      const stretch = { from: range.fromSeq, to: range.toSeq, strict: false }
      for await (const { line } of rowsOf(
        link,
        chainKeys(prefix, chainId),
        callOf(chainId, range),
        standing,
        stretch,
      )) {
        enter(range)
        yield line
      }
      enter(range)
    },

    async *query(query: ReceiptQuery) {
      checkQuery(query)
      const standing = await begin(query.chainId, query)
      if (isEmpty(standing)) return
      const call = callOf(query.chainId, query)
      yield* guarded(answer(link, chainKeys(prefix, query.chainId), call, standing, query), query)
    },

    async *chains(given = {}) {
      enter(given)
      const seen = new Set<string>()
      for await (const key of link.scan(headPattern(prefix), { signal: given.signal })) {
        enter(given)
        const chainId = chainOfHeadKey(prefix, key)
        if (chainId === undefined || !chainIdPattern.test(chainId) || seen.has(chainId)) continue
        seen.add(chainId)
        yield chainId
      }
      enter(given)
    },

    async bounds(chainId, given) {
      checkChainId(chainId)
      enter(given)
      const { head } = chainKeys(prefix, chainId)
      const reply = await link.read('HMGET', [head, 'first', 'seq'], callOf(chainId, given))
      const [first, last] = reply as [string | null, string | null]
      if (first === null && last === null) return undefined
      const bounds = { first: Number(first ?? Number.NaN), last: Number(last ?? Number.NaN) }
      if (!Number.isSafeInteger(bounds.first) || !Number.isSafeInteger(bounds.last)) throw corrupt(chainId, 'head')
      return bounds
    },

    async prune(chainId, beforeSeq, through, given) {
      checkPrune(chainId, beforeSeq, through)
      const { head, receipts, details, ids, index } = chainKeys(prefix, chainId)
      const call = { ...callOf(chainId, given), durable: hasWritten }
      const args = [beforeSeq, digitsOf(through.receiptHash), PRUNE_CHUNK]
      let removed = 0
      for (;;) {
        enter(given)
        const reply = await link.script('prune', [head, receipts, details, ids, index], args, call)
        const [done, what, which] = reply as [number, string | number, string]
        if (done !== 1) {
          if (what === 'empties') throw new RangeError('beforeSeq would empty the chain')
          if (what === 'corrupt') throw corrupt(chainId, 'not-a-receipt', Number(which))
          if (what !== 'conflict') return removed
          throw conflict(chainId, through, { seq: through.seq, receiptHash: digest(which) })
        }
        removed += Number(what)
        if (which !== '1') return removed
      }
    },

    async eraseDetails(chainId, receiptId, given) {
      checkChainId(chainId)
      enter(given)
      if (typeof receiptId !== 'string' || !receiptIdPattern.test(receiptId)) return false
      const { head, details, ids } = chainKeys(prefix, chainId)
      const call = { ...callOf(chainId, given), durable: hasWritten }
      return hasWritten(await link.script('eraseDetails', [head, details, ids], [idBytes(receiptId)], call))
    },

    state: {
      async get(chainId, name, given) {
        checkStateName(chainId, name)
        enter(given)
        const { state } = chainKeys(prefix, chainId)
        const stored = (await link.readBytes('HGET', [state, name], callOf(chainId, given))) as Buffer | null
        if (stored === null) return undefined
        const colon = stored.indexOf(':')
        const version = Number(stored.toString('latin1', 0, Math.max(colon, 0)))
        if (colon < 1 || !Number.isSafeInteger(version)) {
          throw new QuittanceError('STORE_CORRUPT', `the state "${name}" has no version`, { details: { chainId } })
        }
        return { bytes: new Uint8Array(stored.subarray(colon + 1)), version }
      },
      async put(chainId, name, bytes, expectedVersion, given) {
        checkStateName(chainId, name)
        checkStateValue(bytes, expectedVersion)
        enter(given)
        const { state } = chainKeys(prefix, chainId)
        const call = { ...callOf(chainId, given), durable: hasWritten }
        // a copy: the caller may change it before it is sent
        const reply = await link.script('statePut', [state], [name, expectedVersion, Buffer.from(bytes)], call)
        const [done, version] = reply as [number, number]
        if (done !== 1) throw stateConflict(chainId, expectedVersion, version)
        return version
      },
    },

    async lease(chainId, ttlMs, given) {
      checkChainId(chainId)
      if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) throw new RangeError('ttlMs must be a positive integer')
      enter(given)
      const { leaseHolder: holder, leaseToken: token } = chainKeys(prefix, chainId)
      return link.lease({ holder, token }, ttlMs, callOf(chainId, given))
    },

    async status(given) {
      enter(given)
      return link.status({ signal: given?.signal })
    },

    close() {
      closing ??= link.close()
      return closing
    },
  }
}
