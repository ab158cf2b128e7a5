import { QuittanceError } from '../../errors.js'
import { demoted, replyWord } from './faults.js'
import { createNode } from './node.js'
import type { RedisStoreOptions } from './options.js'
import { assertSafe } from './safety.js'
import type { ServerFacts } from './server-facts.js'
import type { SingleSource } from './target.js'
import type { Topology } from './topology.js'

const nodeOfCluster = (reason: string): QuittanceError =>
  new QuittanceError(
    'STORE_UNSUPPORTED',
    `this Redis is a node of a cluster (${reason}): give { cluster: [url] }, a client of the cluster, or redis+cluster://`,
    { details: { reason, outcome: 'absent', retryable: false } },
  )

/**
 * @param source - how connections are made
 * @param options - of the store
 * @returns one server, or whichever is the primary of its group now
 */
export function singleTopology(source: SingleSource, options: RedisStoreOptions): Topology {
  let served = false
  function inspect(facts: ServerFacts): void {
    // its other nodes hold chains too: what it lists is not all there is
    if (facts.isClusterNode) throw nodeOfCluster('cluster')
    // a replica where there was a primary, or is one by the sentinels' word, means a failover that is not over
    if (facts.role === 'slave' && (served || source.sentinel) && !options.accept?.includes('replica')) throw demoted()
    assertSafe(facts, options)
    served ||= facts.role === 'master'
  }
  const node = createNode((times) => source.make(times), inspect, options)
  return {
    async on(_key, use) {
      try {
        return await use(node, false)
      } catch (error) {
        const word = replyWord(error)
        if (word !== 'MOVED' && word !== 'ASK') throw error
        throw nodeOfCluster(word)
      }
    },
    primaries: async () => [{ node, serves: () => true }],
    interrupt: () => node.interrupt(),
    close: () => node.rest(),
  }
}
