/** How a log of checkpoints stands, told from memory alone. */
import type { HealthCheck } from '../../ledger/types.js'
import type { AskedAuthority, AskedWitness } from './collecting.js'
import { statusOf } from './destination.js'
import type { Following } from './following.js'
import { markOf } from './marks.js'
import type { Publishing, ServedSink } from './publishing.js'
import type { CheckpointLogStatus } from './types.js'

/** A log is not well once something waits so many times `everyMs`. */
const LATE = 3

/** What changes from one look to the next. Times are of `performance.now()`. */
export interface Moment {
  /** The newest head of the log that went out. */
  readonly published: { readonly size: number; readonly at: number } | undefined
  /** Since when the log chain has entries that no published head covers. */
  readonly unpublishedSince: number | undefined
  /** Chains that are refused, and why. */
  readonly refused: ReadonlyMap<string, string>
  /** The code of the last failure. */
  readonly code: string | undefined
  readonly closed: boolean
}

/** What is looked at. */
export interface LooksOptions {
  readonly origin: string
  readonly chainId: string
  readonly everyMs: number
  readonly following: Following
  readonly publishing: Publishing
  readonly sinks: readonly ServedSink[]
  readonly witnesses: readonly AskedWitness[]
  readonly authorities: readonly AskedAuthority[]
  now(): Moment
}

/** Tells how a log stands. */
export interface Looks {
  status(): CheckpointLogStatus
  health(): HealthCheck
}

/**
 * @param options - what is looked at
 * @returns what tells how it stands
 */
export function createLooks(options: LooksOptions): Looks {
  const { origin, chainId, everyMs, following, publishing, sinks, witnesses, authorities, now } = options

  const status = (): CheckpointLogStatus => {
    const { published, refused, code, closed } = now()
    const { newest, quorum } = publishing
    const at = performance.now()
    let oldest = Number.POSITIVE_INFINITY
    for (const [, { since }] of following.entries()) oldest = Math.min(oldest, since)
    const lacking = ({ lacks, has }: ServedSink): number =>
      (lacks === 'all' ? 1 : lacks.size) + (newest !== undefined && has !== markOf(newest) ? 1 : 0)
    return {
      origin,
      chainId,
      published: published && { size: published.size, ageMs: Math.round(at - published.at) },
      waiting: { chains: following.size, forMs: following.size === 0 ? undefined : at - oldest },
      refused: [...refused].map(([chainId, reason]) => ({ chainId, reason })),
      code,
      quorum,
      sinks: sinks.map((one) => statusOf(one.as, lacking(one))),
      witnesses: witnesses.map(({ as }) =>
        statusOf(as, newest === undefined || newest.witnessed.includes(as.name) ? 0 : 1),
      ),
      timestamps: authorities.map(({ as }) =>
        statusOf(as, newest === undefined || newest.tokens.some(({ name }) => name === as.name) ? 0 : 1),
      ),
      closed,
    }
  }

  const health = (): HealthCheck => {
    const { code, published, waiting, refused, sinks, witnesses, timestamps, quorum } = status()
    const { unpublishedSince } = now()
    const failing = [...sinks, ...witnesses, ...timestamps].find(({ failures }) => failures > 0)
    const late =
      (waiting.forMs ?? 0) > LATE * everyMs ||
      (unpublishedSince !== undefined && performance.now() - unpublishedSince > LATE * everyMs) ||
      quorum === false
    const found =
      refused.length > 0 ? 'TLOG_REFUSED' : (code ?? failing?.code ?? (late ? 'TLOG_UNAVAILABLE' : undefined))
    const age = published === undefined ? {} : { ageMs: published.ageMs }
    const reason = refused.length > 0 ? { reason: refused[0]?.reason } : {}
    return {
      name: 'checkpoint',
      ok: found === undefined,
      ...(found === undefined ? {} : { code: found }),
      ...reason,
      ...age,
    }
  }

  return { status, health }
}
