/** Removing what is old, and free text: a signed receipt first, then the removal. */
import { type HeadRef, QuittanceError } from '../errors.js'
import { allows } from '../keys/keyring.js'
import type { KeyProvider } from '../keys/provider.js'
import { appendLeaf, emptyFrontier, frontierRoot } from '../merkle/frontier.js'
import { leafHash } from '../merkle/hash.js'
import { receiptLeaf } from '../merkle/receipt-leaf.js'
import { toHex } from '../primitives/bytes.js'
import { isoTime } from '../primitives/time.js'
import type { DecisionReceipt, RetentionEvent } from '../receipt/types.js'
import { checkChainId } from '../store/checks.js'
import type { ReceiptStore } from '../store/store.js'
import { examineReceipt } from '../verify/examine.js'
import type { Parts } from './chain.js'
import type { Desk, OwnEvent } from './desk.js'
import { keyFault } from './faults.js'
import { refOf } from './rollback.js'
import { createSurvey, type Survey } from './survey.js'

const DAY_MS = 86_400_000

/** How often a chain may say something new while it is pruned. */
const MAX_ROUNDS = 16

/** What `prune` is told. */
export interface PruneOptions {
  readonly olderThanDays: number
  readonly reason: string
  readonly keys: KeyProvider
  readonly policy?: string | undefined
  readonly dryRun?: boolean | undefined
}

/** What `prune` did, or would do. */
export interface Pruned {
  readonly removed: number
  readonly through?: HeadRef | undefined
  readonly receipt?: DecisionReceipt | undefined
}

/** The beginning of a chain that may go. */
interface Cut {
  readonly through: HeadRef
  readonly count: number
  readonly merkleRoot: string
}

/** Thrown when its turn finds that the chain says something new about what may go. */
class Outdated extends Error {}

const unsupported = (what: string): QuittanceError =>
  new QuittanceError('STORE_UNSUPPORTED', `the store can't ${what}`, { details: { outcome: 'absent' } })

const notAllowed = (chainId: string, message: string): QuittanceError =>
  new QuittanceError('LEDGER_RETENTION', message, { details: { chainId, outcome: 'absent' } })

async function readInto(store: ReceiptStore, chainId: string, survey: Survey, toSeq?: number): Promise<void> {
  const fromSeq = survey.last === undefined ? undefined : survey.last.seq + 1
  for await (const receipt of store.read(chainId, { fromSeq, toSeq })) survey.feed(receipt)
}

/** The tree over what goes; a case that is held ends it. */
async function treeOver(
  store: ReceiptStore,
  chainId: string,
  toSeq: number,
  heldCases: ReadonlySet<string>,
): Promise<{ cut?: Cut; heldAt?: number }> {
  let tree = emptyFrontier
  let last: DecisionReceipt | undefined
  for await (const receipt of store.read(chainId, { toSeq })) {
    if (receipt.decisionId !== undefined && heldCases.has(receipt.decisionId)) return { heldAt: receipt.seq }
    tree = appendLeaf(tree, leafHash(receiptLeaf(receipt.receiptHash, receipt.signature)))
    last = receipt
  }
  if (last === undefined) return {}
  return { cut: { through: refOf(last), count: tree.size, merkleRoot: `sha256:${toHex(frontierRoot(tree))}` } }
}

/** The beginning that may go now, if any. */
async function findCut(
  parts: Parts,
  chainId: string,
  survey: Survey,
  signers: ReadonlySet<string>,
): Promise<Cut | undefined> {
  let most = Number.MAX_SAFE_INTEGER
  for (;;) {
    const through = survey.through(most, signers, isoTime(parts.environment.now()))
    if (survey.first === undefined || through < survey.first.seq) return undefined
    const { cut, heldAt } = await treeOver(parts.store, chainId, through, survey.heldCases)
    if (heldAt === undefined) return cut
    most = heldAt - 1
  }
}

/** Whether a removal was recorded by a key that may, whoever put the receipt there. */
async function mayRemove(parts: Parts, receipt: DecisionReceipt): Promise<boolean> {
  const entry = (await parts.keyrings.current()).get(receipt.keyId)
  return entry !== undefined && allows(entry, 'retention') && examineReceipt(receipt).sound
}

/** Finishes a removal that was recorded but not done, as after a crash in between, unless a hold came since. */
async function finish(parts: Parts, chainId: string, survey: Survey): Promise<number> {
  const { unfinished, heldCases } = survey
  if (unfinished?.retention?.event !== 'prune' || !(await mayRemove(parts, unfinished))) return 0
  const { through } = unfinished.retention
  if (survey.unheld(through.seq) < through.seq) return 0
  const { heldAt } = await treeOver(parts.store, chainId, through.seq, heldCases)
  if (heldAt !== undefined) return 0
  return (await parts.store.prune?.(chainId, through.seq + 1, refOf(through))) ?? 0
}

async function signersOf(desk: Desk, chainId: string): Promise<ReadonlySet<string>> {
  try {
    return new Set([(await desk.providerOf(chainId).signer({ chainId })).keyId])
  } catch (error) {
    throw keyFault(error)
  }
}

function checkAge(parts: Parts, chainId: string, olderThanDays: number, survey: Survey): void {
  const least = Math.max(parts.retentionDays, survey.retentionDays)
  if (olderThanDays < least) throw notAllowed(chainId, `receipts are kept for ${least} days: olderThanDays is too low`)
}

/** Records the removal when its turn comes, if the chain says nothing new until then. */
function record(
  parts: Parts,
  desk: Desk,
  chainId: string,
  survey: Survey,
  cut: Cut,
  signers: ReadonlySet<string>,
  options: PruneOptions,
): Promise<DecisionReceipt> {
  const { policy = 'age', reason, keys } = options
  const { heldCases } = survey
  return desk.submitOwn(
    chainId,
    async ({ head, signer }): Promise<OwnEvent> => {
      if (signer.delegation) throw notAllowed(chainId, 'a delegate may not record a removal')
      await readInto(parts.store, chainId, survey, head?.seq)
      const now = isoTime(parts.environment.now())
      const still =
        survey.last?.receiptHash === head?.receiptHash &&
        survey.through(cut.through.seq, signers, now) === cut.through.seq &&
        [...survey.heldCases].every((held) => heldCases.has(held))
      if (!still) throw new Outdated('the chain says something new about what may go')
      const { through, count, merkleRoot } = cut
      return {
        eventType: 'retention',
        retention: { event: 'prune', through, count, merkleRoot, policy, reason } as RetentionEvent,
      }
    },
    {},
    { alone: true, keys },
  )
}

/**
 * Removes the beginning of a chain.
 *
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param options - what may go, why, and who signs
 * @returns what went
 * @throws QuittanceError `STORE_UNSUPPORTED`, `LEDGER_RETENTION`, `LEDGER_KEY_UNTRUSTED`, and what an append throws
 */
export async function prune(parts: Parts, desk: Desk, chainId: string, options: PruneOptions): Promise<Pruned> {
  checkChainId(chainId)
  const { olderThanDays, dryRun = false } = options
  if (typeof olderThanDays !== 'number' || !Number.isFinite(olderThanDays) || olderThanDays < 0) {
    throw new RangeError('olderThanDays must be a number of days, at least 0')
  }
  const { store, environment } = parts
  if (store.prune === undefined) throw unsupported('prune')
  let finished = 0
  for (let rounds = 0; ; rounds += 1) {
    const survey = createSurvey(isoTime(Math.floor(environment.now() - olderThanDays * DAY_MS)))
    await readInto(store, chainId, survey)
    checkAge(parts, chainId, olderThanDays, survey)
    if (!dryRun) {
      const removed = await finish(parts, chainId, survey)
      if (removed > 0) {
        finished += removed
        continue
      }
    }
    const signers = await signersOf(desk, chainId)
    const cut = await findCut(parts, chainId, survey, signers)
    if (cut === undefined) return { removed: finished }
    if (dryRun) return { removed: cut.count, through: cut.through }
    try {
      const receipt = await record(parts, desk, chainId, survey, cut, signers, options)
      const removed = await store.prune(chainId, cut.through.seq + 1, cut.through)
      return { removed: finished + removed, through: cut.through, receipt }
    } catch (error) {
      if (!(error instanceof Outdated)) throw error
      if (rounds >= MAX_ROUNDS)
        throw notAllowed(
          chainId,
          'the chain does not hold still: what the store reads and what it has as head do not agree',
        )
    }
  }
}

/**
 * Removes the free text of one receipt.
 *
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param receiptId - the receipt
 * @param reason - why, as a token
 * @returns false where there is no such receipt, or no free text
 * @throws QuittanceError `STORE_UNSUPPORTED`, `STORE_CORRUPT`, and what an append throws
 */
export async function eraseDetails(
  parts: Parts,
  desk: Desk,
  chainId: string,
  receiptId: string,
  reason: string,
): Promise<boolean> {
  checkChainId(chainId)
  const { store, recent } = parts
  if (store.eraseDetails === undefined) throw unsupported('erase details')
  const receipt = await store.get(chainId, receiptId)
  if (receipt?.details === undefined) return false
  const { seq, detailsHash } = receipt
  if (detailsHash === undefined) {
    throw new QuittanceError('STORE_CORRUPT', 'the receipt has details but no detailsHash', {
      details: { chainId, receiptId, seq },
    })
  }
  await desk.submitOwn(chainId, () => ({
    eventType: 'retention',
    retention: { event: 'erase', receipts: [{ seq, receiptId, detailsHash }], reason },
  }))
  recent.eraseDetails(chainId, receiptId)
  return store.eraseDetails(chainId, receiptId)
}
