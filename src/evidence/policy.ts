/** What a verifier asks of a package, beside that nothing in it contradicts. It is the verifier's own, and lies elsewhere. */
import { duplicateMember } from '../keys/duplicate-member.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { isTime } from '../primitives/time.js'
import { malformed } from '../tlog/malformed.js'
import { type Policy, parsePolicy } from '../tlog/policy.js'
import { parseVkey } from '../tlog/vkey.js'

/** What a policy file asks for. */
export interface EvidencePolicy {
  /** Chains that must be there; the rest of `require` is asked of these, or of every chain where none is named. */
  readonly chains?: readonly (string | EvidenceChainPolicy)[] | undefined
  /** Every chain of which the log's chain has a checkpoint must be there. */
  readonly allChains?: boolean | undefined
  /** Whose checkpoints count, and how many witnesses must have cosigned: without it none is asked for. */
  readonly checkpoints?: Policy | undefined
  readonly timestamp?: EvidenceTimestampPolicy | undefined
  /** Each chain must have a receipt dated at this time or later, or have ended below a checkpoint that counts. */
  readonly receiptsUntil?: string | undefined
  /** The largest checkpoint of each chain that the quorum has seen must be seen within these hours before now. */
  readonly maxCheckpointAgeHours?: number | undefined
  /** There must be a report that receipts in the package seal. */
  readonly report?: boolean | undefined
  /** Something must prove that nothing was cut behind each chain's last receipt. */
  readonly tail?: boolean | undefined
  /** A pruned beginning is taken for complete where all that went was so old. */
  readonly acceptPruned?: { readonly minDays: number } | undefined
}

/** A chain by its id, and by which chain of that id it is. */
export interface EvidenceChainPolicy {
  readonly chainId: string
  /** The `receiptHash` of seq 0. */
  readonly root: string
}

/** Whose time stamps count, and how soon they must have come. */
export interface EvidenceTimestampPolicy {
  /** Certificates of roots, PEM. */
  readonly authorities: readonly string[]
  /** At most so many hours after the newest receipt that the stamped checkpoint covers. */
  readonly withinHours: number
}

const wrong = (why: string) => malformed('policy', why)

type Members = Readonly<Record<string, unknown>>

function objectAt(value: unknown, path: string, known: readonly string[]): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${path} must be an object`)
  for (const name of Object.keys(value)) {
    const shown = /^[A-Za-z]{1,32}$/.test(name) ? `"${name}"` : 'an unknown name'
    if (!known.includes(name)) throw wrong(`${path} has a member that is not known: ${shown}`)
  }
  return value as Members
}

function textsAt(value: unknown, path: string): readonly string[] {
  const texts = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
  if (!texts || new Set(value).size !== value.length)
    throw wrong(`${path} must be a list of texts, at least one, none twice`)
  return value as string[]
}

function hoursAt(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw wrong(`${path} must be a number above 0`)
  return value
}

function truthAt(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw wrong(`${path} must be true or false`)
  return value
}

function checkpointsAt(value: unknown): Policy {
  const path = 'require.checkpoints'
  const { from, policy } = objectAt(value, path, ['from', 'policy'])
  if ((from === undefined) === (policy === undefined)) throw wrong(`${path} must have either "from" or "policy"`)
  if (policy !== undefined) {
    if (typeof policy !== 'string') throw wrong(`${path}.policy must be the text of a policy`)
    const read = parsePolicy(policy)
    if (read.logs.length === 0) throw wrong(`${path}.policy names no log`)
    return read
  }
  const keys = textsAt(from, `${path}.from`).map(parseVkey)
  if (keys.some(({ type }) => type !== 'ed25519')) throw wrong(`${path}.from must be keys of logs`)
  return { logs: keys.map((key) => ({ key })), witnesses: [], groups: [], quorum: 'none' }
}

function timestampAt(value: unknown): EvidenceTimestampPolicy {
  const path = 'require.timestamp'
  const { authorities, withinHours } = objectAt(value, path, ['authorities', 'withinHours'])
  return {
    authorities: textsAt(authorities, `${path}.authorities`),
    withinHours: hoursAt(withinHours, `${path}.withinHours`),
  }
}

function chainAt(value: unknown): string | EvidenceChainPolicy {
  const isId = (one: unknown): one is string => typeof one === 'string' && chainIdPattern.test(one)
  const path = 'require.chains'
  if (isId(value)) return value
  if (typeof value === 'string') throw wrong(`${path} must be chain ids`)
  const { chainId, root } = objectAt(value, path, ['chainId', 'root'])
  if (!isId(chainId)) throw wrong(`${path} must be chain ids`)
  if (typeof root !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(root))
    throw wrong(`${path} must have roots as sha256: and 64 hex digits`)
  return { chainId, root }
}

function chainsAt(value: unknown): readonly (string | EvidenceChainPolicy)[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong('require.chains must be a list, at least one')
  const chains = value.map(chainAt)
  const ids = chains.map((one) => (typeof one === 'string' ? one : one.chainId))
  if (new Set(ids).size !== ids.length) throw wrong('require.chains must name each chain once')
  return chains
}

function timeAt(value: unknown): string {
  if (typeof value !== 'string' || !isTime(value))
    throw wrong('require.receiptsUntil must be a time as YYYY-MM-DDTHH:MM:SS.sssZ')
  return value
}

function prunedAt(value: unknown): { readonly minDays: number } {
  const { minDays } = objectAt(value, 'acceptPruned', ['minDays'])
  if (typeof minDays !== 'number' || !Number.isFinite(minDays) || minDays < 0)
    throw wrong('acceptPruned.minDays must be a number of 0 or more')
  return { minDays }
}

const requireNames = [
  'chains',
  'allChains',
  'checkpoints',
  'timestamp',
  'receiptsUntil',
  'maxCheckpointAgeHours',
  'report',
  'tail',
] as const

/**
 * Reads a policy file: `{"require": {…}, "acceptPruned"?: {"minDays": N}}`. Whatever is not known is refused, because a policy
 * that asks for less than was meant is believed.
 *
 * @param text - the JSON
 * @returns the policy
 * @throws QuittanceError `TLOG_MALFORMED`, for the `policy` or for one of its keys (`vkey`)
 * @example
 * ```ts
 * import { parseEvidencePolicy } from 'quittance/evidence'
 * const policy = parseEvidencePolicy('{"require":{"chains":["acme"],"receiptsUntil":"2026-04-01T00:00:00.000Z"}}')
 * ```
 */
export function parseEvidencePolicy(text: string): EvidencePolicy {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('it is not JSON')
  }
  if (duplicateMember(text) !== undefined) throw wrong('a member stands in it twice')
  const top = objectAt(value, 'the policy', ['require', 'acceptPruned'])
  const asked = objectAt(top.require ?? {}, 'require', requireNames)
  const { chains, allChains, checkpoints, timestamp, receiptsUntil, maxCheckpointAgeHours, report, tail } = asked
  if (maxCheckpointAgeHours !== undefined && checkpoints === undefined)
    throw wrong('require.maxCheckpointAgeHours goes with require.checkpoints')
  if (timestamp !== undefined && checkpoints === undefined)
    throw wrong('require.timestamp goes with require.checkpoints')
  const logs = checkpoints === undefined ? undefined : checkpointsAt(checkpoints)
  // a time stamp says that something is no younger, and whoever has an old checkpoint can have it stamped today
  if (maxCheckpointAgeHours !== undefined && logs?.quorum === 'none')
    throw wrong('require.maxCheckpointAgeHours goes with a quorum of witnesses in require.checkpoints.policy')
  return {
    chains: chains === undefined ? undefined : chainsAt(chains),
    allChains: allChains === undefined ? undefined : truthAt(allChains, 'require.allChains'),
    checkpoints: logs,
    timestamp: timestamp === undefined ? undefined : timestampAt(timestamp),
    receiptsUntil: receiptsUntil === undefined ? undefined : timeAt(receiptsUntil),
    maxCheckpointAgeHours:
      maxCheckpointAgeHours === undefined ? undefined : hoursAt(maxCheckpointAgeHours, 'require.maxCheckpointAgeHours'),
    report: report === undefined ? undefined : truthAt(report, 'require.report'),
    tail: tail === undefined ? undefined : truthAt(tail, 'require.tail'),
    acceptPruned: top.acceptPruned === undefined ? undefined : prunedAt(top.acceptPruned),
  }
}
