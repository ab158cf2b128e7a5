/**
 * What the store itself says that its chains had. It is in the same hands as the receipts, so nothing is the better for it; but a
 * chain that contradicts it was cut or changed by somebody who forgot it, or by accident.
 */
import { QuittanceError } from '../../errors.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import type { ReceiptStore } from '../../store/store.js'
import { storedCheckpoint } from '../../transparency/log/cell.js'
import type { StoredCheckpoint } from '../../transparency/log/types.js'
import { withProblem } from '../../verify/joined.js'
import type { Problem, VerifyResult } from '../../verify/types.js'
import type { Io } from '../io.js'
import { openExistingStore } from '../store-target.js'
import { chainsOfServer, type Target } from '../target.js'

/** So many are read at the same time. */
const AT_ONCE = 32

/** What is looked at of a checkpoint. */
export type Kept = Pick<StoredCheckpoint, 'size' | 'root' | 'head' | 'note'>

/** Checkpoints that lie beside chains. */
export interface Beside {
  /** What could not be looked at, for people. */
  readonly warnings: readonly string[]
  /** @returns what the checkpoint of a chain says, where there is one */
  of(chainId: string | undefined): Kept | undefined
  /**
   * Holds a chain against its checkpoint.
   *
   * @param chainId - the chain
   * @param result - of its verification, begun after the checkpoint was read
   * @returns the result, with what contradicts
   */
  hold(chainId: string | undefined, result: VerifyResult): Promise<VerifyResult>
  close(): Promise<void>
}

const nothing: Beside = {
  warnings: [],
  of: () => undefined,
  hold: async (_, result) => result,
  close: async () => {},
}

async function receiptHashAt(store: ReceiptStore, chainId: string, seq: number): Promise<string | undefined> {
  for await (const { receiptHash } of store.read(chainId, { fromSeq: seq, toSeq: seq })) return receiptHash
  return undefined
}

const missing = (size: number, next: number): Problem => ({
  code: 'CHECKPOINT_NOT_REACHED',
  message: `the checkpoint of size ${size} that is kept beside the chain covers seq ${next} to ${size - 1}, which are missing`,
})

const another = (seq: number, size: number): Problem => ({
  code: 'CHECKPOINT_MISMATCH',
  seq,
  message: `is another receipt than the one that the checkpoint of size ${size} beside the chain was made of: the chain was rewritten or forked`,
})

async function contradiction(
  store: ReceiptStore,
  chainId: string,
  { size, root, head }: Kept,
  { verdict, scope }: VerifyResult,
): Promise<Problem | undefined> {
  const { fromSeq = 0, toSeq = -1 } = scope
  if (scope.root !== undefined && scope.root !== root) return another(0, size)
  if (toSeq < head.seq) return missing(size, toSeq + 1)
  // what was pruned can't be compared, and what is broken has been said to be
  if (fromSeq > head.seq || verdict === 'INVALID') return undefined
  const hash = toSeq === head.seq ? scope.head?.receiptHash : await receiptHashAt(store, chainId, head.seq)
  return hash === undefined || hash === head.receiptHash ? undefined : another(head.seq, size)
}

/** Which chains of a target are judged. */
interface Chosen {
  readonly chain?: string | undefined
  readonly all?: boolean | undefined
}

/** @returns the store of a target that is one, and the chains in it that will be judged */
async function storeOf(target: Target, { chain, all }: Chosen, io: Io) {
  const isStore = target.kind === 'server' || (target.kind === 'directory' && target.store)
  if (!isStore) return undefined
  const held =
    chain !== undefined
      ? [chain]
      : target.kind === 'server'
        ? await chainsOfServer(target)
        : target.chains.flatMap(({ chainId }) => chainId ?? [])
  // which of several is asked for by whoever judges them
  const chains = all || held.length === 1 ? held : []
  if (target.kind === 'server') return { store: target.store, chains, own: false }
  return { store: await openExistingStore(target.name, io), chains, own: true }
}

/**
 * Reads the checkpoints that lie beside chains. To be done before the chains are judged: a chain that grows meanwhile is then
 * longer than its checkpoint, never shorter.
 *
 * @param target - what was named to be verified
 * @param chosen - which of its chains
 * @param io - the process
 * @returns them; to be closed
 */
export async function checkpointsBeside(target: Target, chosen: Chosen, io: Io): Promise<Beside> {
  const found = await storeOf(target, chosen, io)
  if (found === undefined) return nothing
  const { store, own } = found
  const all = new Map<string, Kept>()
  const warnings: string[] = []
  /** What can't be looked at is as good as absent, but it is said. */
  const said = (chain: string) => (error: unknown) => {
    if (!QuittanceError.is(error)) throw error
    warnings.push(`chain ${chain} was not held against the checkpoint beside it: ${error.message}`)
    return undefined
  }
  const read = async (chain: string): Promise<void> => {
    const kept = await storedCheckpoint(store, chain).catch(said(chain))
    if (kept === undefined) return
    const { size, root, head, note } = kept
    all.set(chain, { size, root, head, note })
  }
  const of = (chain: string | undefined) => (chain === undefined ? undefined : all.get(chain))
  const chains = found.chains.filter((chain) => chainIdPattern.test(chain))
  for (let at = 0; at < chains.length; at += AT_ONCE) await Promise.all(chains.slice(at, at + AT_ONCE).map(read))
  return {
    warnings,
    of,
    async hold(chain, result) {
      const kept = of(chain)
      if (chain === undefined || kept === undefined) return result
      const problem = await contradiction(store, chain, kept, result).catch(said(chain))
      if (problem === undefined) return result
      const worse = withProblem(result, chain, { ...problem, notes: [kept.note] })
      return problem.code === 'CHECKPOINT_MISMATCH' ? { ...worse, verdict: 'INVALID' } : worse
    },
    close: async () => {
      if (own) await store.close()
    },
  }
}
