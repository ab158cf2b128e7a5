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

/** What is known of the chains of one package. */
export interface ChainEvidence {
  /** @returns what a chain is to be held against */
  anchorsOf(chainId: string): readonly Anchor[]
  /** Takes a receipt of the log's chain against which nothing was found. */
  hear(receipt: DecisionReceipt): void
  /** Takes the verdict on the log's chain: only now its entries count. */
  settle(log: VerifyResult): void
  /** @returns the checkpoints that a chain led to, by size */
  heldBy(chain: EvidenceChain, result: VerifyResult): readonly HeldCheckpoint[]
}

interface Known extends Anchor, Omit<HeldCheckpoint, 'size'> {}

/** How a chain stands in the origin of its checkpoints. */
const mark = ({ root }: EvidenceChain): string | undefined => root?.slice('sha256:'.length, 'sha256:'.length + 16)

const earliest = (times: readonly (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).sort()[0]

/** Whether a chain led to a checkpoint, where its verifier complained of none that it did not lead to. */
const isHeld = ({ size }: Anchor, { scope, counts }: VerifyResult): boolean =>
  counts.CHECKPOINT_MISMATCH === undefined && scope.fromSeq === 0 && size <= (scope.toSeq ?? -1) + 1

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
  const entries: Entry[] = []
  const known = new Map<string, Known[]>(manifest.chains.map(({ chainId }) => [chainId, []]))
  const learn = (one: Known) => void known.get(one.chainId)?.push(one)

  for (const note of notes) {
    const { kind, origin, log, size, rootHash, witnessedAt } = note
    const chainId = kind === 'log' ? manifest.logChain : marks.get(origin.slice(log.length + 1))
    if (chainId === undefined) continue
    const witnessed = asksWitnesses && note.witnessed
    const stampedAt = stamps.get(note.member)
    learn({ chainId, size, rootHash, by: 'note', witnessed, ...(witnessed && { witnessedAt }), stampedAt })
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
      if (marks.has(origin.slice(-16))) entries.push({ seq, origin, size, rootHash })
    },

    settle(result) {
      const { logChain } = manifest
      const held = (known.get(logChain as string) ?? []).filter((one) => isHeld(one, result))
      const logs = new Set(notes.filter(({ kind }) => kind === 'log').map(({ log }) => log))
      for (const { seq, origin, size, rootHash } of entries) {
        const above = held.filter((one) => one.size > seq)
        const chainId = marks.get(origin.slice(-16))
        if (above.length === 0 || chainId === undefined || !logs.has(origin.slice(0, -17))) continue
        const witnessedAt = earliest(above.map((one) => one.witnessedAt))
        learn({
          chainId,
          size,
          rootHash,
          by: 'log',
          witnessed: above.some(({ witnessed }) => witnessed),
          ...(witnessedAt !== undefined && { witnessedAt }),
          stampedAt: earliest(above.map(({ stampedAt }) => stampedAt)),
        })
      }
    },

    heldBy: ({ chainId }, result) =>
      (known.get(chainId) ?? [])
        .filter((one) => isHeld(one, result))
        .sort((a, b) => a.size - b.size)
        .map(({ size, by, witnessed, witnessedAt, stampedAt }) => ({
          size,
          by,
          witnessed,
          ...(witnessedAt !== undefined && { witnessedAt }),
          ...(stampedAt !== undefined && { stampedAt }),
        })),
  }
}
