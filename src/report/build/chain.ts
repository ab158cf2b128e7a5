/** What one chain says of itself: its keys, its events, its gaps, how far it reaches. */
import type { Keyring } from '../../keys/keyring.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { VerifyResult } from '../../verify/types.js'
import type { PruneFact } from '../articles/assess/index.js'
import type { Settled } from '../options.js'
import { createGaps, type Gaps } from '../statistics/gaps.js'
import { msOf } from '../statistics/instant.js'
import { createEndsKeeper } from '../statistics/kept-ends.js'
import type { ChainEvent, ChainFindings, DatedRef, SigningKey } from '../types.js'
import { eventOf } from './events.js'
import { datedRefOf } from './figures.js'
import { createMonitor } from './monitor.js'

/** Of the events of a long chain the first and the newest are kept. */
const KEPT_EVENTS = { first: 50, last: 150 }
/** Where a report is on more chains than this, less of each is kept. */
const MANY = 100
const KEPT_OF_MANY = { first: 5, last: 15 }
const LISTED = 100

/** Follows one chain. */
export interface ChainFollower {
  /**
   * Takes the next receipt against which nothing was found.
   *
   * @param failed - of a decision: whether it failed
   * @param inPeriod - whether it lies in the period of the report
   */
  update(receipt: DecisionReceipt, failed: boolean, inPeriod: boolean): void
  /**
   * @param chainId - as it was asked for, or as its first receipt says
   * @param result - the verifier's
   */
  finish(chainId: string, result: VerifyResult): ChainFindings
  /** @returns the recorded removal that reaches furthest, and before it the furthest that was carried out */
  prunes(): readonly PruneFact[]
}

interface KeyUse {
  readonly trustedBy: SigningKey['trustedBy']
  receipts: number
  readonly first: DatedRef
  last: DecisionReceipt
}

/**
 * @param settled - what the report is asked for
 * @param chains - how many chains it is on
 * @returns what follows one of them
 */
export function followChain(settled: Settled, chains: number): ChainFollower {
  const { parameters, period, keyring } = settled
  const monitor = createMonitor(parameters, chains > MANY)
  const events = createEndsKeeper<ChainEvent>('keep', chains > MANY ? KEPT_OF_MANY : KEPT_EVENTS)
  const keys = new Map<string, KeyUse>()
  const certified = new Set<string>()
  let gaps: Gaps | undefined
  let counted = 0
  let retentionDays: number | undefined
  let recorded: PruneFact | undefined
  let carriedOut: PruneFact | undefined
  let oldest: DatedRef | undefined
  let newest: DecisionReceipt | undefined
  let latest = ''
  let ended: string | undefined
  const inside: { receipts: number; first?: DatedRef; last?: DecisionReceipt } = { receipts: 0 }

  const onKey = (receipt: DecisionReceipt): void => {
    const { keyId } = receipt
    const known = keys.get(keyId)
    if (known === undefined) {
      const trustedBy = trustOf(keyId, keyring, certified)
      keys.set(keyId, { trustedBy, receipts: 1, first: datedRefOf(receipt), last: receipt })
    } else {
      known.receipts += 1
      known.last = receipt
    }
  }

  const onEvent = (receipt: DecisionReceipt, inPeriod: boolean): void => {
    const { key, system, retention } = receipt
    if (key?.event === 'delegate') {
      // a delegate may repeat its certificate at every receipt
      const { delegate, serial } = key.certificate
      const same = `${delegate} ${serial}`
      if (certified.has(same)) return
      certified.add(same).add(delegate)
    }
    if (retention?.event === 'prune') {
      const prune = { timestamp: receipt.timestamp, throughSeq: retention.through.seq, policy: retention.policy }
      if (prune.throughSeq >= (recorded?.throughSeq ?? 0)) recorded = prune
      // what it names was gone when the reading began
      if (oldest !== undefined && prune.throughSeq < oldest.seq && prune.throughSeq >= (carriedOut?.throughSeq ?? 0))
        carriedOut = prune
    }
    if (system?.event === 'chain_start') retentionDays = system.retentionDays
    const event = eventOf(receipt)
    if (event !== undefined) events.push({ ...datedRefOf(receipt), ...event, inPeriod })
  }

  return {
    prunes: () => [...new Set([carriedOut, recorded])].filter((prune) => prune !== undefined),
    update(receipt, failed, inPeriod) {
      counted += 1
      oldest ??= datedRefOf(receipt)
      if (receipt.key !== undefined || receipt.system !== undefined || receipt.retention !== undefined)
        onEvent(receipt, inPeriod)
      onKey(receipt)
      newest = receipt
      if (receipt.timestamp < period.until) monitor.update(receipt, failed)
      gaps ??= createGaps(gapOptions(settled, receipt))
      if (receipt.system?.event === 'chain_end') ended = receipt.timestamp
      if (!inPeriod) return
      // of a chain whose times go back, the gaps are those of the receipts that don't
      if (receipt.timestamp >= latest) {
        latest = receipt.timestamp
        gaps.update(receipt)
      }
      inside.receipts += 1
      inside.first ??= datedRefOf(receipt)
      inside.last = receipt
    },
    finish(chainId, result) {
      const { verdict, scope, checked, counts, problems, notices } = result
      // a chain that was closed before is not silent
      gaps = ended !== undefined && ended < period.from ? createGaps() : (gaps ?? createGaps(gapOptions(settled)))
      return {
        chainId,
        verdict,
        scope,
        checked,
        counted,
        counts,
        problems: problems.slice(0, LISTED),
        notices: notices.slice(0, LISTED),
        keys: [...keys].map(([keyId, { last, ...use }]) => ({ keyId, ...use, last: datedRefOf(last) })),
        ...(oldest === undefined || newest === undefined ? {} : { oldest, newest: datedRefOf(newest) }),
        ...(retentionDays === undefined ? {} : { retentionDays }),
        period: {
          receipts: inside.receipts,
          ...(inside.first === undefined || inside.last === undefined
            ? {}
            : { first: inside.first, last: datedRefOf(inside.last) }),
        },
        events: events.snapshot(),
        monitor: monitor.snapshot(),
        gaps: gaps.snapshot(),
      }
    },
  }
}

/** How the verifier came to trust a key whose receipt holds. */
function trustOf(keyId: string, keyring: Keyring, certified: ReadonlySet<string>): SigningKey['trustedBy'] {
  if (keyring.get(keyId) !== undefined) return 'keyring'
  return certified.has(keyId) ? 'certificate' : 'rotation'
}

/** A chain that began within the period was not silent before, and nobody is silent in the future. */
function gapOptions({ parameters, span, asOf }: Settled, first?: DecisionReceipt): Parameters<typeof createGaps>[0] {
  const { expectedPerHour, heartbeatMs } = parameters
  const from = first?.seq === 0 ? Math.max(span.from, msOf(first.timestamp)) : span.from
  const to = Math.min(span.until, msOf(asOf))
  return { expectedPerHour, heartbeatMs, ...(from < to ? { period: { from, to } } : {}) }
}
