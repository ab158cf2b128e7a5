import { setTimeout as pause } from 'node:timers/promises'
import { QuittanceError } from '../../errors.js'
import { answered, demoted, isReply, replyWord, uncovered, unreached } from './faults.js'
import { createNode, type Node } from './node.js'
import type { RedisStoreOptions } from './options.js'
import { assertSafe } from './safety.js'
import { slotOf } from './slots.js'
import type { Address, ClusterSource } from './target.js'
import type { Topology } from './topology.js'
import { openWire } from './wire.js'

/** Slots and who serves them, as one node saw it. */
type SlotMap = readonly { readonly from: number; readonly to: number; readonly primary: Address }[]

const MAX_REDIRECTS = 8
const TRY_AGAIN_MS = 50
/** Another node can tell as well, so none is waited for long. */
const ASK_MAP_MS = 2_000

const nameOf = ({ host, port }: Address): string => `${host}:${port}`

/** @returns the node that a MOVED or an ASK names; without a host, the one that said so */
function redirectOf(error: Error, from: Address): Address {
  const named = error.message.split(' ')[2] ?? ''
  const colon = named.lastIndexOf(':')
  return { host: named.slice(0, colon) || from.host, port: Number(named.slice(colon + 1)) }
}

function slotMapOf(reply: unknown, from: Address): SlotMap {
  return (reply as [number, number, [string | null, number]][]).map(([first, last, [host, port]]) => ({
    from: first,
    to: last,
    primary: { host: host || from.host, port },
  }))
}

/**
 * @param source - how connections are made
 * @param options - of the store
 * @returns the cluster
 */
export function clusterTopology(source: ClusterSource, options: RedisStoreOptions): Topology {
  const nodes = new Map<string, { readonly node: Node; readonly address: Address }>()
  let slots: Promise<SlotMap> | undefined

  function nodeAt(address: Address) {
    const name = nameOf(address)
    const there = nodes.get(name)
    if (there) return there
    const node = createNode(
      (times) => source.make(source.reach(address), times),
      (facts) => {
        // the map was old: replicas are never asked
        if (facts.role === 'slave') throw demoted()
        assertSafe(facts, options)
      },
      options,
    )
    const entry = { node, address }
    nodes.set(name, entry)
    return entry
  }

  async function askFor(address: Address): Promise<SlotMap> {
    const client = await source.make(source.reach(address), { hastyMs: ASK_MAP_MS })
    const wire = await openWire(client)
    try {
      return slotMapOf(await wire.call('CLUSTER', ['SLOTS']), address)
    } catch (error) {
      if (isReply(error) && /cluster support disabled/i.test(error.message)) {
        throw new QuittanceError(
          'STORE_UNSUPPORTED',
          'this Redis is no node of a cluster: give { url } or { client }',
          {
            details: { reason: 'cluster', outcome: 'absent', retryable: false },
          },
        )
      }
      throw error
    } finally {
      wire.drop()
    }
  }

  /** Whoever is known is asked, one after another, until one tells. */
  async function discover(): Promise<SlotMap> {
    const known = [...nodes.values()].map(({ address }) => address)
    const asked = new Set<string>()
    let failure: unknown
    for (const more of [async () => known, () => source.seeds()]) {
      for (const address of await more()) {
        if (asked.has(nameOf(address))) continue
        asked.add(nameOf(address))
        try {
          return await askFor(address)
        } catch (error) {
          failure = error
        }
      }
    }
    throw isReply(failure) ? answered(failure) : (failure ?? unreached(undefined, false))
  }

  function slotMap(): Promise<SlotMap> {
    slots ??= discover().then(
      (found) => {
        const serving = new Set(found.map(({ primary }) => nameOf(primary)))
        for (const [name, { node }] of nodes) if (!serving.has(name)) resting.add(node.rest())
        return found
      },
      (error: unknown) => {
        slots = undefined
        throw error
      },
    )
    return slots
  }
  const resting = new Set<Promise<void>>()

  async function owner(slot: number) {
    const serving = (await slotMap()).find(({ from, to }) => from <= slot && slot <= to)
    if (serving) return nodeAt(serving.primary)
    slots = undefined
    throw uncovered()
  }

  return {
    async on(key, use) {
      const slot = slotOf(key)
      let at = await owner(slot)
      let asking = false
      for (let redirects = 0; ; redirects += 1) {
        try {
          return await use(at.node, asking)
        } catch (error) {
          const word = replyWord(error)
          if (word !== 'ASK' && word !== 'TRYAGAIN') slots = undefined
          if (redirects === MAX_REDIRECTS) throw error
          if (word === 'MOVED' || word === 'ASK') {
            at = nodeAt(redirectOf(error as Error, at.address))
            asking = word === 'ASK'
          } else if (word === 'TRYAGAIN') await pause(TRY_AGAIN_MS)
          else throw error
        }
      }
    },
    async primaries() {
      const map = await slotMap()
      const names = new Map(map.map(({ primary }) => [nameOf(primary), primary]))
      return [...names].map(([name, address]) => ({
        node: nodeAt(address).node,
        serves: (slot) => map.some(({ from, to, primary }) => from <= slot && slot <= to && nameOf(primary) === name),
      }))
    },
    interrupt() {
      for (const { node } of nodes.values()) node.interrupt()
    },
    async close() {
      await Promise.all([...resting, ...[...nodes.values()].map(({ node }) => node.rest())])
    },
  }
}
