/**
 * Which checkpoints are evidence for which chain. A chain's own note counts by its log's signature. An entry of the log's chain
 * counts where a checkpoint of the log covers it, and with the witnesses and time stamps of that.
 */
import type { DecisionReceipt } from '../receipt/types.js'
import { soundness } from '../verify/soundness.js'
import type { Anchor, VerifyResult } from '../verify/types.js'
import type { HeldCheckpoint } from './findings.js'
import type { EvidenceChain, EvidenceManifest } from './manifest.js'
import type { EvidencePolicy } from './policy.js'
import { asksWitnesses } from './requirements.js'
import type { OpenedNote } from './trusted-logs.js'

/** An entry of the log's chain, about another chain. */
interface Entry {
  readonly seq: number
  readonly chainId: string
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

/**
 * How an entry names a chain: by the digits behind the last slash. What stands before them is the name of the log, which may have
 * been another one when the entry was made; the log's chain is the same.
 */
const MARKED = /\/([0-9a-f]{16})$/

/** How a chain stands in the origin of its checkpoints. */
const markOf = ({ root }: EvidenceChain): string | undefined => root?.slice('sha256:'.length, 'sha256:'.length + 16)

const earliest = (times: readonly (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort()[0]

/**
 * Those that the verifier met. It takes them by size, and complains of each that it does not come to; where it met one that
 * contradicts, the chain is INVALID. One of size 0 is met by every chain, and says nothing of any.
 */
function matched<T extends Anchor>(all: readonly T[], { scope, counts }: VerifyResult): readonly T[] {
  if (scope.fromSeq !== 0) return []
  const sorted = all.filter(({ size }) => size > 0).sort((a, b) => a.size - b.size)
  return sorted.slice(0, Math.max(0, sorted.length - (counts.CHECKPOINT_NOT_REACHED ?? 0)))
}

/**
 * @param manifest - the package's
 * @param notes - those whose log is trusted
 * @param policy - whether witnesses are asked for
 * @returns what is known; of the log's entries only after `settle`
 */
export function chainEvidence(
  manifest: EvidenceManifest,
  notes: readonly OpenedNote[],
  policy: EvidencePolicy,
): ChainEvidence {
  const marks = new Map(manifest.chains.map((chain) => [markOf(chain), chain.chainId]))
  const hasLog = notes.some(({ kind }) => kind === 'log')
  const entries: Entry[] = []
  const sound = soundness()
  /** The first entry about each chain that is not in the package. */
  const others = new Map<string, Pick<Entry, 'seq'> & { readonly origin: string }>()
  const known = new Map<string, Known[]>(manifest.chains.map(({ chainId }) => [chainId, []]))
  const learn = (one: Known) => void known.get(one.chainId)?.push(one)

  for (const note of notes) {
    const { kind, origin, log, size, rootHash, witnessedAt, stampedAt, given } = note
    const chainId = kind === 'log' ? manifest.logChain : marks.get(origin.slice(log.length + 1))
    if (chainId === undefined) continue
    const witnessed = asksWitnesses(policy) && note.witnessed
    learn({
      chainId,
      ...(kind === 'log' && { log }),
      size,
      rootHash,
      by: 'note',
      witnessed,
      ...(witnessed && { witnessedAt }),
      stampedAt,
      given,
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

    hear(receipt) {
      sound.heard(receipt)
      const { seq, system } = receipt
      // every chain leads to one of size 0, so it says nothing of any
      if (!hasLog || system?.event !== 'checkpoint' || system.size === 0) return
      const { origin, size, rootHash } = system
      const named = MARKED.exec(origin)?.[1]
      if (named === undefined) return
      const chainId = marks.get(named)
      if (chainId !== undefined) entries.push({ seq, chainId, size, rootHash })
      else if (others.size < MOST_ORIGINS && !others.has(named)) others.set(named, { seq, origin })
    },

    settle(result) {
      const { logChain } = manifest
      // what a stolen key has appended later takes nothing from what was seen before
      const through = sound.through(result)
      const held = matched(known.get(logChain as string) ?? [], result).filter(
        ({ log, size }) => log !== undefined && size <= through,
      )
      const covered = held.at(-1)?.size ?? 0
      // the last entries first: what vouches for one vouches for all before it
      let above = held.length
      let vouched: Pick<Known, 'witnessed' | 'witnessedAt' | 'stampedAt' | 'given'> = { witnessed: false }
      const learned: Known[] = []
      for (const { seq, chainId, size, rootHash } of entries.toReversed()) {
        for (let one = held[above - 1]; one !== undefined && one.size > seq; above -= 1, one = held[above - 1])
          vouched = {
            witnessed: vouched.witnessed || one.witnessed,
            witnessedAt: earliest([vouched.witnessedAt, one.witnessedAt]),
            stampedAt: earliest([vouched.stampedAt, one.stampedAt]),
            given: vouched.given ?? one.given,
          }
        if (above === held.length || chainId === logChain) continue
        learned.push({ chainId, size, rootHash, by: 'log', ...vouched })
      }
      for (const one of learned.toReversed()) learn(one)
      const missing = [...others.values()].filter(({ seq }) => seq < covered).map(({ origin }) => origin)
      return { counts: held.length > 0, missing }
    },

    heldBy: ({ chainId }, result) =>
      (result.verdict === 'INVALID' ? [] : matched(known.get(chainId) ?? [], result)).map(
        ({ size, by, witnessed, witnessedAt, stampedAt, given }) => ({
          size,
          by,
          witnessed,
          ...(witnessedAt !== undefined && { witnessedAt }),
          ...(stampedAt !== undefined && { stampedAt }),
          ...(given && { given }),
        }),
      ),
  }
}
