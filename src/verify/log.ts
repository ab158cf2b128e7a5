/** The chain that holds the checkpoints of all others: what it says of them, and since when somebody else knows it. */
import { type Counted, verifyReceipts } from './chain.js'
import { type CheckpointSet, checkpointsOf, isCheckpointSet, type KnownCheckpoint, LOG, setOf } from './checkpoints.js'
import { soundness } from './soundness.js'
import type { Anchor, Problem, ReceiptSource, VerifyOptions, VerifyResult } from './types.js'

/** The id of the log chain where nothing else was said. */
export const LOG_CHAIN = 'transparency-log'

/** A checkpoint of a chain that the log has. */
export interface LoggedChain {
  /** `<log origin>/<first 16 hex digits of the chain's root>`. */
  readonly origin: string
  /** How many receipts the chain had. */
  readonly size: number
  /** RFC 6962 root over their leaves: `sha256:` and hex. */
  readonly rootHash: string
  /** When witnesses had seen the log with it. */
  readonly witnessedAt?: string | undefined
  /** As its entry has it, where the log had another name then. */
  readonly formerOrigin?: string | undefined
}

/** What to hold a log chain against. */
export interface LogOptions extends VerifyOptions {
  /** Those of the log; those of its chains are kept for the chains. */
  readonly checkpoints: CheckpointSet
}

/** A log chain that was verified. */
export interface VerifiedLog {
  readonly result: VerifyResult
  /** Which log it is; absent where no checkpoint of one was given. */
  readonly origin?: string | undefined
  /**
   * The newest checkpoint of each chain that the log has, as far as one of the log's own checkpoints covers it. Where the log is
   * INVALID, as far as it stood before; nothing where it contradicts a checkpoint.
   */
  readonly chains: readonly LoggedChain[]
  /** Those that were given, and all that the log has of its chains: for `verifyChain` of these. */
  readonly checkpoints: CheckpointSet
  /**
   * @param root - the `receiptHash` of a chain's seq 0
   * @param chainId - the chain's id, which the log does not have
   * @returns what the log says of the chain, the smallest first
   */
  anchorsFor(root: string, chainId: string): readonly Anchor[]
}

/** Takes note of what a log chain says while it is judged. */
export interface LogReading {
  readonly counted: Counted
  /** @returns what may be believed of it, in the light of the verdict on all of it */
  finish(result: VerifyResult): VerifiedLog
}

/**
 * How an entry names a chain: by the digits behind the last slash. What stands before them is the name of the log, which may have
 * been another one when the entry was made; the log chain is the same.
 */
const MARKED = /\/[0-9a-f]{16}$/
const MARK_UNITS = 17

interface Entry {
  readonly seq: number
  readonly origin: string
  readonly size: number
  readonly rootHash: string
}

/** The first head that has an entry, and the earliest time at which one was seen that has it. */
function coverOf(entry: Entry, heads: readonly KnownCheckpoint[], times: readonly (string | undefined)[]) {
  let low = 0
  let high = heads.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((heads[middle] as KnownCheckpoint).size > entry.seq) high = middle
    else low = middle + 1
  }
  const head = heads[low]
  return head && { head, witnessedAt: times[low] }
}

/** For each head, the earliest time of itself and the larger ones: who saw a larger tree saw this one too. */
function timesOf(heads: readonly KnownCheckpoint[]): (string | undefined)[] {
  let best: string | undefined
  return heads
    .toReversed()
    .map(({ witnessedAt }) => {
      if (best === undefined || (witnessedAt !== undefined && witnessedAt < best)) best = witnessedAt
      return best
    })
    .reverse()
}

/**
 * @param checkpoints - those of the log, and of its chains
 * @returns what hears of the log chain's receipts
 */
export function readingLog(checkpoints: CheckpointSet): LogReading {
  const marks = checkpointsOf(checkpoints, LOG).marks.filter(({ witnessed }) => witnessed)
  const origin = marks[0]?.origin
  const entries: Entry[] = []
  const sound = soundness()
  return {
    counted(receipt) {
      sound.heard(receipt)
      const { seq, system } = receipt
      if (system?.event !== 'checkpoint') return
      const { origin, size, rootHash } = system
      if (size > 0 && MARKED.test(origin)) entries.push({ seq, origin, size, rootHash })
    },
    finish(result) {
      const through = Math.min(result.scope.checkpoint?.size ?? 0, sound.through(result))
      const heads = marks.filter(({ size }) => size <= through).sort((a, b) => a.size - b.size)
      const times = timesOf(heads)
      const logged = new Map<string, Logged>()
      for (const entry of entries) {
        const cover = coverOf(entry, heads, times)
        if (cover === undefined || origin === undefined) continue
        const { size, rootHash } = entry
        const { witnessedAt } = cover
        const own = origin + entry.origin.slice(-MARK_UNITS)
        const what = { origin: own, size, rootHash, ...(witnessedAt !== undefined && { witnessedAt }) }
        const { all = [], newest } = logged.get(own) ?? {}
        all.push({ ...what, kind: 'chain', log: origin, witnessed: true, note: cover.head.note })
        const former = entry.origin === own ? {} : { formerOrigin: entry.origin }
        logged.set(own, { all, newest: newest && newest.size > size ? newest : { ...what, ...former } })
      }
      return verifiedLog(result, origin, logged, checkpoints)
    },
  }
}

const originOf = (root: string, log: string | undefined): string =>
  `${log}/${root.slice('sha256:'.length, 'sha256:'.length + 16)}`

/** What a log says of one chain. */
interface Logged {
  readonly all: KnownCheckpoint[]
  readonly newest: LoggedChain
}

function verifiedLog(
  result: VerifyResult,
  origin: string | undefined,
  logged: ReadonlyMap<string, Logged>,
  given: CheckpointSet,
): VerifiedLog {
  const chains = [...logged.values()]
  const known = [...given.known, ...chains.flatMap(({ all }) => all)]
  return {
    result,
    ...(origin !== undefined && { origin }),
    chains: chains.map(({ newest }) => newest),
    checkpoints: setOf(known, given.passedOver, given.unverified),
    anchorsFor(root, chainId) {
      const { all = [] } = logged.get(originOf(root, origin)) ?? {}
      return all
        .toSorted((a, b) => a.size - b.size)
        .map(({ size, rootHash, witnessedAt }) => ({
          chainId,
          size,
          rootHash,
          ...(witnessedAt !== undefined && { witnessedAt }),
        }))
    },
  }
}

/**
 * @param options - as given for a log chain
 * @returns as the judge of a chain takes them
 */
export function logOptions<T extends LogOptions>(options: T): T {
  const chainId = options.chainId ?? options.logChain ?? LOG_CHAIN
  return { ...options, chainId, logChain: chainId }
}

/**
 * Verifies the chain that holds the checkpoints of all others, against checkpoints of the log that witnesses have cosigned.
 * Whoever has it knows the newest size of every chain of the deployment.
 *
 * @param source - receipts or lines of the log chain, in order, from seq 0 on
 * @param options - as `verifyChain`; `checkpoints` must have some of the log. `chainId` is `transparency-log` by default
 * @returns the verdict, and what the log says of its chains
 * @throws QuittanceError, TypeError, RangeError as `verifyChain`
 * @example
 * ```ts
 * import { type CheckpointSet, type DecisionReceipt, type Keyring, verifyChain, verifyLog } from 'quittance/verify'
 * async function judge(log: DecisionReceipt[], chain: DecisionReceipt[], keyring: Keyring, given: CheckpointSet) {
 *   const { result, checkpoints, chains } = await verifyLog(log, { keyring, checkpoints: given })
 *   console.log(result.verdict, chains.length)
 *   console.log((await verifyChain(chain, { keyring, checkpoints })).verdict)
 * }
 * ```
 */
export async function verifyLog(source: ReceiptSource, options: LogOptions): Promise<VerifiedLog> {
  if (!isCheckpointSet(options?.checkpoints))
    throw new TypeError('options.checkpoints must be from openCheckpoints, which checks their signatures')
  const reading = readingLog(options.checkpoints)
  return reading.finish(await verifyReceipts(source, logOptions(options), reading.counted))
}

/** A chain that is not there. */
export interface MissingChain {
  readonly chain: LoggedChain
  /** INCOMPLETE, `CHECKPOINT_NOT_REACHED`. */
  readonly result: VerifyResult
}

/**
 * Tells which chains of a log are not there as a whole. Which chain that was, its id, the log does not say.
 *
 * @param log - from `verifyLog`
 * @param results - of all chains that are there
 * @returns those that are missing, each with its verdict
 * @example
 * ```ts
 * import { missingChains, type VerifiedLog, type VerifyResult } from 'quittance/verify'
 * const whole = (log: VerifiedLog, results: VerifyResult[]) => missingChains(log, results).length === 0
 * ```
 */
export function missingChains(log: VerifiedLog, results: Iterable<VerifyResult>): readonly MissingChain[] {
  const there = new Set<string>()
  for (const { scope } of results) {
    if (scope.root !== undefined) there.add(originOf(scope.root, log.origin))
    if (scope.checkpoint !== undefined) there.add(scope.checkpoint.origin)
  }
  return log.chains
    .filter(({ origin }) => !there.has(origin))
    .map((chain) => {
      const message = `the log has a checkpoint of size ${chain.size} of ${chain.formerOrigin ?? chain.origin}, and no chain with that root is there`
      const problem: Problem = { code: 'CHECKPOINT_NOT_REACHED', message }
      const result: VerifyResult = {
        verdict: 'INCOMPLETE',
        scope: { tail: 'unproved' },
        checked: 0,
        problems: [problem],
        counts: { CHECKPOINT_NOT_REACHED: 1 },
        notices: [],
      }
      return { chain, result }
    })
}
