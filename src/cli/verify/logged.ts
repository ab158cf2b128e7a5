/** What a chain of checkpoints says of the chains beside it, where nobody gave checkpoints of its own to hold it against. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { withProblem } from '../../verify/joined.js'
import type { DirectoryResult } from '../../verify/node/directory.js'
import type { Io } from '../io.js'
import type { Target } from '../target.js'
import type { Beside } from './beside.js'
import { judgeAgain, type Working } from './judging.js'

/** The newest checkpoint of a chain that a receipt has. */
interface Entry {
  readonly origin: string
  readonly size: number
  /** The receipt. */
  readonly by: Pick<DecisionReceipt, 'chainId' | 'seq'>
}

/** Checkpoints that receipts have, by the digits of the root in their origin. */
export type Entries = Map<string, Entry>

/**
 * Takes note of what a receipt says.
 *
 * @param entries - what is known so far
 * @param receipt - one against which nothing was found
 */
export function hearEntry(entries: Entries, { chainId, seq, system }: DecisionReceipt): void {
  if (system?.event !== 'checkpoint') return
  const { origin, size } = system
  const mark = /\/([0-9a-f]{16})$/.exec(origin)?.[1]
  if (mark !== undefined && size > (entries.get(mark)?.size ?? 0))
    entries.set(mark, { origin, size, by: { chainId, seq } })
}

const markOf = (root: string | undefined): string | undefined => root?.slice('sha256:'.length, 'sha256:'.length + 16)
const lengthOf = ({ result }: DirectoryResult): number => (result.scope.toSeq ?? -1) + 1

/**
 * Holds chains against what the receipts say. A chain that is not there at all may have been moved, so that is not its verdict.
 *
 * @param target - what was named to be verified
 * @param entries - what the receipts say
 * @param judged - the results so far; a chain that is shorter gets its problem
 * @param beside - what lies beside the chains: where it says as much, it says it
 * @param working - how to judge
 * @param io - the process
 * @returns what to give to look for chains that are not there; `undefined` where none is missing
 */
export async function holdAgainstLogged(
  target: Target,
  entries: Entries,
  judged: DirectoryResult[],
  beside: Beside,
  working: Working,
  io: Io,
): Promise<string | undefined> {
  // exports are of different times: that the log's is the newest one says nothing
  const isStore = target.kind === 'server' || (target.kind === 'directory' && target.store)
  if (entries.size === 0 || !isStore) return undefined
  const entryOf = ({ chainId, result }: DirectoryResult): Entry | undefined =>
    entries.get(markOf(result.scope.root ?? beside.of(chainId)?.root) ?? '')
  const isShort = (one: DirectoryResult): boolean =>
    one.chainId !== undefined && lengthOf(one) < (entryOf(one)?.size ?? 0)
  const short = new Set(judged.filter(isShort).flatMap(({ chainId }) => chainId ?? []))
  const places = new Map(judged.map(({ chainId }, place) => [chainId, place]))
  for await (const from of judgeAgain(target, short, working, io)) {
    const place = places.get(from.chainId)
    if (place !== undefined) judged[place] = from
  }
  for (const [place, one] of judged.entries()) {
    const entry = entryOf(one)
    const { chainId = one.name, result } = one
    if (entry === undefined || !isShort(one) || (beside.of(chainId)?.size ?? 0) >= entry.size) continue
    const { size, by } = entry
    const message = `the checkpoint of size ${size} that seq ${by.seq} of chain ${by.chainId} has of it covers seq ${lengthOf(one)} to ${size - 1}, which are missing`
    judged[place] = { ...one, result: withProblem(result, chainId, { code: 'CHECKPOINT_NOT_REACHED', message }) }
  }
  return absent(entries, judged, beside)
}

function absent(entries: Entries, judged: readonly DirectoryResult[], beside: Beside): string | undefined {
  const marks = new Set(judged.map(({ chainId, result }) => markOf(result.scope.root ?? beside.of(chainId)?.root)))
  // a chain whose beginning is gone may be any of them
  if (marks.has(undefined)) return undefined
  const gone = [...entries].filter(([mark]) => !marks.has(mark)).map(([, entry]) => entry)
  const [first] = gone
  if (first === undefined) return undefined
  const chains = gone.length === 1 ? '1 chain that is' : `${gone.length} chains that are`
  return `${first.by.chainId} has checkpoints of ${chains} not here (${first.origin}): --checkpoints, --policy and --log-chain ${first.by.chainId} hold all against it`
}
