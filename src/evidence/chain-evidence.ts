/**
 * Which checkpoints are evidence for which chain. A chain's own note counts by its log's signature. An entry of the log's chain
 * counts where a checkpoint of the log covers it, and with the witnesses and time stamps of that.
 */
import type { DecisionReceipt } from '../receipt/types.js'
import type { Anchor, VerifyResult } from '../verify/types.js'
import type { HeldCheckpoint } from './findings.js'
import type { EvidenceChain, EvidenceManifest } from './manifest.js'
import type { EvidencePolicy } from './policy.js'
import type { OpenedNote } from './trusted-logs.js'

/** An entry of the log's chain, about another chain. */
interface Entry {
  readonly seq: number
  readonly origin: string
  readonly size: number
  readonly rootHash: string
}

/** What the log's chain says of chains that are not in the package. */
export interface LogKnowledge {
  /** Whether a note of a log that is trusted was held by the chain that the manifest calls the log's. */
  readonly counts: boolean
  /** Origins of chains that are not in the package; at most `MOST_ORIGINS`. */
  readonly missing: readonly string[]
}

/** What is known of the chains of one package. */
export interface ChainEvidence {
  /** @returns what a chain is to be held against */
  anchorsOf(chainId: string): readonly Anchor[]
  /** Takes a receipt of the log's chain against which nothing was found. */
  hear(receipt: DecisionReceipt): void
  /** Takes the verdict on the log's chain: only now its entries count. */
  settle(log: VerifyResult): LogKnowledge
  /** @returns the checkpoints that a chain led to, by size; none of one that is INVALID */
  heldBy(chain: EvidenceChain, result: VerifyResult): readonly HeldCheckpoint[]
}

/** So many chains that are not in the package are told apart. */
export const MOST_ORIGINS = 100_000

interface Known extends Anchor, Omit<HeldCheckpoint, 'size'> {
  /** Of a log's own note: the log. */
  readonly log?: string | undefined
}

/** How a chain stands in the origin of its checkpoints. */
const mark = ({ root }: EvidenceChain): string | undefined => root?.slice('sha256:'.length, 'sha256:'.length + 16)

const earliest = (times: readonly (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort()[0]

/**
 * Those that the verifier met. It takes them by size, and complains of each that it does not come to; where it met one that
 * contradicts, the chain is INVALID. One of size 0 is met by every chain, and says nothing of any.
 */
function matched<T extends Anchor>(all: readonly T[], { verdict, scope, counts }: VerifyResult): readonly T[] {
  if (verdict === 'INVALID' || scope.fromSeq !== 0) return []
  const sorted = all.filter(({ size }) => size > 0).sort((a, b) => a.size - b.size)
  return sorted.slice(0, Math.max(0, sorted.length - (counts.CHECKPOINT_NOT_REACHED ?? 0)))
}

/**
 * @param manifest - the package's
 * @param notes - those whose log is trusted
 * @param stamps - when an authority had a note, by its member
 * @param policy - whether witnesses are asked for
 * @returns what is known; of the log's entries only after `settle`
 */
export function chainEvidence(
  manifest: EvidenceManifest,
  notes: readonly OpenedNote[],
  stamps: ReadonlyMap<string, string>,
  policy: EvidencePolicy,
): ChainEvidence {
  const asksWitnesses = policy.checkpoints !== undefined && policy.checkpoints.quorum !== 'none'
  const marks = new Map(manifest.chains.map((chain) => [mark(chain), chain.chainId]))
  const logs = new Set(notes.filter(({ kind }) => kind === 'log').map(({ log }) => log))
  const entries: Entry[] = []
  /** The seq of the first entry about a chain that is not in the package, by its origin. */
  const others = new Map<string, number>()
  const known = new Map<string, Known[]>(manifest.chains.map(({ chainId }) => [chainId, []]))
  const learn = (one: Known) => void known.get(one.chainId)?.push(one)

  for (const note of notes) {
    const { kind, origin, log, size, rootHash, witnessedAt } = note
    const chainId = kind === 'log' ? manifest.logChain : marks.get(origin.slice(log.length + 1))
    if (chainId === undefined) continue
    const witnessed = asksWitnesses && note.witnessed
    const stampedAt = stamps.get(note.member)
    learn({
      chainId,
      ...(kind === 'log' && { log }),
      size,
      rootHash,
      by: 'note',
      witnessed,
      ...(witnessed && { witnessedAt }),
      stampedAt,
    })
  }

  return {
    anchorsOf: (chainId) =>
      (known.get(chainId) ?? []).map(({ size, rootHash, witnessedAt }) => ({
        chainId,
        size,
        rootHash,
        ...(witnessedAt !== undefined && { witnessedAt }),
      })),

    hear({ seq, system }) {
      if (system?.event !== 'checkpoint') return
      const { origin, size, rootHash } = system
      if (!logs.has(origin.slice(0, -17))) return
      if (marks.has(origin.slice(-16))) entries.push({ seq, origin, size, rootHash })
      else if (others.size < MOST_ORIGINS && !others.has(origin)) others.set(origin, seq)
    },

    settle(result) {
      const { logChain } = manifest
      const held = matched(known.get(logChain as string) ?? [], result).filter(({ log }) => log !== undefined)
      const own = new Set(held.map(({ log }) => log))
      const isOwn = (origin: string) => own.has(origin.slice(0, -17))
      const covered = held.at(-1)?.size ?? 0
      // the last entries first: what vouches for one vouches for all before it
      let above = held.length
      let vouched: Pick<Known, 'witnessed' | 'witnessedAt' | 'stampedAt'> = { witnessed: false }
      const learned: Known[] = []
      for (const { seq, origin, size, rootHash } of entries.toReversed()) {
        for (let one = held[above - 1]; one !== undefined && one.size > seq; above -= 1, one = held[above - 1])
          vouched = {
            witnessed: vouched.witnessed || one.witnessed,
            witnessedAt: earliest([vouched.witnessedAt, one.witnessedAt]),
            stampedAt: earliest([vouched.stampedAt, one.stampedAt]),
          }
        const chainId = marks.get(origin.slice(-16))
        if (above === held.length || chainId === undefined || chainId === logChain || !isOwn(origin)) continue
        learned.push({ chainId, size, rootHash, by: 'log', ...vouched })
      }
      for (const one of learned.toReversed()) learn(one)
      const missing = [...others].filter(([origin, seq]) => seq < covered && isOwn(origin)).map(([origin]) => origin)
      return { counts: held.length > 0, missing }
    },

    heldBy: ({ chainId }, result) =>
      matched(known.get(chainId) ?? [], result).map(({ size, by, witnessed, witnessedAt, stampedAt }) => ({
        size,
        by,
        witnessed,
        ...(witnessedAt !== undefined && { witnessedAt }),
        ...(stampedAt !== undefined && { stampedAt }),
      })),
  }
}
