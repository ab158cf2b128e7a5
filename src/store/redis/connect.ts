import { QuittanceError } from '../../errors.js'
import { storeClosed } from '../closed.js'
import { DEFAULT_PREFIX } from './check-options.js'
import { clusterTopology } from './cluster.js'
import { runConfirmed } from './confirm.js'
import { behindAsking, inFull } from './evaluate.js'
import { inCall, replyWord } from './faults.js'
import type { Lane } from './lane.js'
import { takeTurn } from './lease.js'
import type { Call, Link } from './link.js'
import { BLOCK_MS, type Ready } from './node.js'
import type { RedisStoreOptions, RedisTarget } from './options.js'
import { refusalOn } from './probe.js'
import { raced } from './raced.js'
import { singleTopology } from './single.js'
import { type Look, statusOf } from './status.js'
import { sourceOf } from './target.js'

const SCAN_COUNT = 1_000

/** Replies after which a connection leads nowhere: its server is not the primary, or not there yet. */
const useless: ReadonlySet<string | undefined> = new Set(['READONLY', 'LOADING', 'MASTERDOWN', 'UNBLOCKED'])

const wordOf = (error: unknown) => (QuittanceError.is(error) ? error.details.reason : replyWord(error))

/**
 * Links the store to a server, a group with failover or a cluster. Opens nothing before the first call.
 *
 * @param target - where Redis is
 * @param options - of the store
 * @returns the link
 * @throws TypeError, QuittanceError as `sourceOf`
 */
export function createLink(target: RedisTarget, options: RedisStoreOptions): Link {
  const source = sourceOf(target)
  const topology = source.kind === 'single' ? singleTopology(source, options) : clusterTopology(source, options)
  /** What somebody waits for still; `close` lets it come to its end. */
  const begun = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  async function perform<T>(call: Call, wrote: boolean, work: () => Promise<T>): Promise<T> {
    if (closing) throw storeClosed()
    call.signal?.throwIfAborted()
    const running = work().catch((error: unknown) => {
      throw inCall(error, call, wrote)
    })
    const awaited = raced(running, call.signal)
    begun.add(awaited)
    try {
      return await awaited
    } finally {
      begun.delete(awaited)
    }
  }

  /** Works on the open connection of a lane, and lets go of it where it turned out to be of no use. */
  async function through<T>(lane: Lane<Ready>, work: (ready: Ready) => Promise<T>): Promise<T> {
    const ready = await lane.ready()
    try {
      return await work(ready)
    } catch (error) {
      if (useless.has(wordOf(error))) lane.retire(ready)
      throw error
    }
  }

  const readOn = (method: 'call' | 'callBytes'): Link['read'] => {
    return (command, args, call) =>
      perform(call, false, () =>
        topology.on(String(args[0]), (node, asking) =>
          through(node.main, ({ wire }) => {
            const send = () => wire[method](command, args)
            return asking ? behindAsking(wire, send) : send()
          }),
        ),
      )
  }

  const runScript: Link['script'] = (name, keys, args, { durable }) => {
    const script = { name, keys, args }
    const wrote = typeof durable === 'function' ? durable : () => durable === true
    const waits = durable !== undefined && durable !== false && (options.durability ?? 'memory') !== 'memory'
    const key = keys[0] as string
    return topology.on(key, (node, asking) =>
      through(waits ? node.durable(key) : node.main, async ({ wire, confirmation, recheck }) => {
        if (waits) await recheck()
        if (waits && confirmation) return runConfirmed(wire, confirmation, script, wrote, asking)
        return asking ? behindAsking(wire, () => inFull(wire, script)) : wire.run(name, keys, args)
      }),
    )
  }

  /** A replica that was accepted serves reads, and will not become a primary by waiting. */
  function ofReplica(error: unknown): unknown {
    if (replyWord(error) !== 'READONLY' || !options.accept?.includes('replica')) return error
    return new QuittanceError(
      'STORE_PERMISSION',
      'a replica was accepted for reading, and takes no writes (READONLY)',
      {
        details: { reason: 'READONLY', outcome: 'absent', retryable: false },
      },
    )
  }

  return {
    script: (name, keys, args, call) =>
      perform(call, true, async () => {
        try {
          return await runScript(name, keys, args, call)
        } catch (error) {
          throw ofReplica(error)
        }
      }),

    read: readOn('call'),
    readBytes: readOn('callBytes'),

    async *scan(pattern, call) {
      for (const { node } of await perform(call, false, () => topology.primaries())) {
        let cursor = '0'
        do {
          const step = () =>
            through(node.main, ({ wire }) => wire.call('SCAN', [cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT]))
          const [next, keys] = (await perform(call, false, step)) as [string, string[]]
          yield* keys
          cursor = next
        } while (cursor !== '0')
      }
    },

    status: (call) =>
      perform(call, false, async () => {
        const looks = (await topology.primaries()).map((primary) =>
          through(primary.node.main, async ({ wire }) => {
            const [facts, time, refusal] = await Promise.all([
              primary.node.look(wire),
              wire.call('TIME', []),
              refusalOn(primary, wire, options.prefix ?? DEFAULT_PREFIX),
            ])
            return { facts, time, refusal }
          }),
        )
        return statusOf(options, (await Promise.all(looks)) as [Look, ...Look[]])
      }),

    lease: (keys, ttlMs, call) =>
      perform(call, false, () =>
        takeTurn(
          {
            run: (name, both, args) => runScript(name, both, args, {}),
            pop: (key, waitMs) =>
              topology.on(key, (node) =>
                node.blocking.use(async (wire) => {
                  const leave = () => wire.drop()
                  call.signal?.addEventListener('abort', leave, { once: true })
                  try {
                    const seconds = (Math.min(Math.ceil(waitMs), BLOCK_MS) / 1_000).toFixed(3)
                    return (await wire.call('BLPOP', [key, seconds])) !== null
                  } finally {
                    call.signal?.removeEventListener('abort', leave)
                  }
                }),
              ),
            abandoned: () => closing !== undefined || call.signal?.aborted === true,
          },
          keys,
          ttlMs,
        ).catch((error: unknown) => {
          throw closing ? storeClosed() : error
        }),
      ).then((turn) => ({
        release: () => perform({ chainId: call.chainId }, false, () => turn.release()),
      })),

    close() {
      closing ??= (async () => {
        topology.interrupt()
        await Promise.allSettled(begun)
        await topology.close()
      })()
      return closing
    },
  }
}
