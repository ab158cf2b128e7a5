/** Removing what is old: a signed receipt first, then the removal. */
import { type HeadRef, QuittanceError } from '../errors.js'
import { allows, type Keyring } from '../keys/keyring.js'
import type { Signer } from '../keys/provider.js'
import { appendLeaf, emptyFrontier, frontierRoot } from '../merkle/frontier.js'
import { leafHash } from '../merkle/hash.js'
import { receiptLeaf } from '../merkle/receipt-leaf.js'
import { toHex } from '../primitives/bytes.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isoTime } from '../primitives/time.js'
import type { DecisionReceipt, RetentionEvent } from '../receipt/types.js'
import { checkChainId } from '../store/checks.js'
import type { ReceiptStore } from '../store/store.js'
import { verifyReceipt } from '../verify/receipt.js'
import type { Parts } from './chain.js'
import { checkMayRecord } from './chain-keys.js'
import type { Desk, OwnEvent } from './desk.js'
import { keyFault } from './faults.js'
import { type Limit, withinLimit } from './giving-up.js'
import { policyText } from './retention-policy.js'
import { notAllowed, Outdated, turnToRemove, unsupported } from './retention-turn.js'
import { refOf } from './rollback.js'
import { createSurvey, type Survey } from './survey.js'
import type { Pruned, PruneOptions } from './types.js'

const DAY_MS = 86_400_000

/** How often a chain may say something new while it is pruned. */
const MAX_ROUNDS = 16

/** A misspelt `dryRun` must not remove anything. */
const optionNames = {
  olderThanDays: true,
  reason: true,
  keys: true,
  policy: true,
  dryRun: true,
  signal: true,
  timeoutMs: true,
} satisfies Record<keyof PruneOptions, true>

/** The beginning of a chain that may go. */
interface Cut {
  readonly through: HeadRef
  readonly count: number
  readonly merkleRoot: string
  /** When the first and the last of them were sealed. */
  readonly from: string
  readonly to: string
}

/** One call of `prune`. */
interface Pruning {
  readonly parts: Parts
  readonly desk: Desk
  readonly chainId: string
  readonly options: PruneOptions
  readonly keyring: Keyring
  readonly limit: Limit
}

async function readInto(
  store: ReceiptStore,
  chainId: string,
  survey: Survey,
  signal: AbortSignal,
  toSeq?: number,
): Promise<void> {
  const fromSeq = survey.last === undefined ? undefined : survey.last.seq + 1
  for await (const receipt of store.read(chainId, { fromSeq, toSeq, signal })) {
    signal.throwIfAborted()
    survey.feed(receipt)
  }
}

/** The tree over what goes; a case that is held ends it. */
async function treeOver(
  { parts, chainId, limit: { signal } }: Pruning,
  toSeq: number,
  heldCases: ReadonlySet<string>,
): Promise<{ cut?: Cut; heldAt?: number }> {
  let tree = emptyFrontier
  let first: DecisionReceipt | undefined
  let last: DecisionReceipt | undefined
  for await (const receipt of parts.store.read(chainId, { toSeq, signal })) {
    signal.throwIfAborted()
    if (receipt.decisionId !== undefined && heldCases.has(receipt.decisionId)) return { heldAt: receipt.seq }
    tree = appendLeaf(tree, leafHash(receiptLeaf(receipt.receiptHash, receipt.signature)))
    first ??= receipt
    last = receipt
  }
  if (first === undefined || last === undefined) return {}
  return {
    cut: {
      through: refOf(last),
      count: tree.size,
      merkleRoot: `sha256:${toHex(frontierRoot(tree))}`,
      from: first.timestamp,
      to: last.timestamp,
    },
  }
}

/** The beginning that may go now, if any. */
async function findCut(pruning: Pruning, survey: Survey, signers: ReadonlySet<string>): Promise<Cut | undefined> {
  let most = Number.MAX_SAFE_INTEGER
  for (;;) {
    const through = survey.through(most, signers, isoTime(pruning.parts.environment.now()))
    if (survey.first === undefined || through < survey.first.seq) return undefined
    const { cut, heldAt } = await treeOver(pruning, through, survey.holdings.cases)
    if (heldAt === undefined) return cut
    most = heldAt - 1
  }
}

/** The days that are kept at least: what the ledger promises, and what the chain does. */
const leastDays = ({ parts }: Pruning, survey: Survey): number => Math.max(parts.retentionDays, survey.retentionDays)

/**
 * Whether a removal that was recorded, by whomever, is one that this ledger would have recorded: by a key that may, still
 * trusted, over receipts that were old enough.
 */
async function mayFinish(
  pruning: Pruning,
  survey: Survey,
  recorded: DecisionReceipt,
  through: HeadRef,
): Promise<boolean> {
  const { parts, chainId, keyring, limit } = pruning
  const entry = keyring.get(recorded.keyId)
  if (entry === undefined || !allows(entry, 'retention') || survey.revokes(recorded.keyId)) return false
  if (verifyReceipt(recorded, { keyring }).verdict !== 'VALID') return false
  const next = through.seq + 1
  let firstToStay: DecisionReceipt | undefined
  for await (const receipt of parts.store.read(chainId, { fromSeq: next, toSeq: next, signal: limit.signal }))
    firstToStay = receipt
  if (firstToStay === undefined || firstToStay.prevReceiptHash !== through.receiptHash) return false
  const keptMs = Date.parse(recorded.timestamp) - Date.parse(firstToStay.timestamp)
  return keptMs >= leastDays(pruning, survey) * DAY_MS
}

/** Whether a hold covers what is before a place in the chain. */
async function isHeld(pruning: Pruning, survey: Survey, through: number): Promise<boolean> {
  if (survey.unheld(through) < through) return true
  const { cases } = survey.holdings
  return cases.size > 0 && (await treeOver(pruning, through, cases)).heldAt !== undefined
}

/**
 * Removes what was recorded, unless a hold stands that was placed until now.
 *
 * @param survey - is read on to the end of the chain
 * @returns how many went; `undefined` where a hold stops it
 */
async function remove(pruning: Pruning, survey: Survey, through: HeadRef): Promise<number | undefined> {
  const { parts, chainId, limit } = pruning
  return turnToRemove(parts, chainId, limit.signal, async () => {
    await readInto(parts.store, chainId, survey, limit.signal)
    if (await isHeld(pruning, survey, through.seq)) return undefined
    limit.begun()
    return (await parts.store.prune?.(chainId, through.seq + 1, through, { signal: limit.signal })) ?? 0
  })
}

/** Finishes a removal that was recorded but not done, as after a crash in between, unless a hold came since. */
async function finish(pruning: Pruning, survey: Survey): Promise<Pruned | undefined> {
  const { unfinished } = survey
  if (unfinished?.retention?.event !== 'prune') return undefined
  const { through } = unfinished.retention
  if (!(await mayFinish(pruning, survey, unfinished, through))) return undefined
  const removed = await remove(pruning, survey, through)
  return removed === undefined || removed === 0 ? undefined : { removed, through: refOf(through), receipt: unfinished }
}

async function signersOf({ desk, chainId, limit }: Pruning): Promise<ReadonlySet<string>> {
  try {
    return new Set([(await desk.providerOf(chainId).signer({ chainId, signal: limit.signal })).keyId])
  } catch (error) {
    limit.signal.throwIfAborted()
    throw keyFault(error)
  }
}

function checkAge(pruning: Pruning, survey: Survey): void {
  const least = leastDays(pruning, survey)
  if (pruning.options.olderThanDays < least)
    throw notAllowed(pruning.chainId, `receipts are kept for ${least} days: olderThanDays is too low`, 'too-young')
}

/** Records the removal when its turn comes, if the chain says nothing new until then. */
function record(pruning: Pruning, survey: Survey, cut: Cut, signers: ReadonlySet<string>): Promise<DecisionReceipt> {
  const { parts, desk, chainId, options, limit } = pruning
  const { policy = 'age', reason, keys, olderThanDays } = options
  const heldCases = survey.holdings.cases
  const { unfinished } = survey
  return desk.submitOwn(
    chainId,
    async ({ head, signer }): Promise<OwnEvent> => {
      if (signer.delegation) throw notAllowed(chainId, 'a delegate may not record a removal', 'delegate')
      await readInto(parts.store, chainId, survey, limit.signal, head?.seq)
      const now = isoTime(parts.environment.now())
      const still =
        survey.last?.receiptHash === head?.receiptHash &&
        survey.unfinished?.receiptId === unfinished?.receiptId &&
        survey.through(cut.through.seq, signers, now) === cut.through.seq &&
        [...survey.holdings.cases].every((held) => heldCases.has(held))
      if (!still) throw new Outdated('the chain says something new about what may go')
      const { through, count, merkleRoot } = cut
      const promised = survey.retentionDays > 0 ? survey.retentionDays : parts.retentionDays
      return {
        eventType: 'retention',
        retention: {
          event: 'prune',
          through,
          count,
          merkleRoot,
          policy: policyText(promised, olderThanDays, parts.retentionOverride, policy),
          reason,
        } as RetentionEvent,
      }
    },
    limit.append(),
    { alone: true, keys },
  )
}

/** A chain that ended takes no retention receipt: nothing may follow `chain_end`. */
function checkNotEnded(chainId: string, { last }: Survey): void {
  if (last?.system?.event !== 'chain_end') return
  throw new QuittanceError(
    'LEDGER_CHAIN_ENDED',
    'the chain has ended, and what is removed must be recorded in it: it is kept whole',
    { details: { chainId, seq: last.seq, outcome: 'absent' } },
  )
}

/** Refuses what the real run would refuse when its turn comes to sign. */
async function checkSigner(pruning: Pruning, survey: Survey, { through, count, merkleRoot }: Cut): Promise<void> {
  const { parts, desk, chainId, options, limit } = pruning
  const { policy = 'age', reason, keys } = options
  let signer: Signer
  try {
    signer = await (keys ?? desk.providerOf(chainId)).signer({ chainId, signal: limit.signal })
  } catch (error) {
    limit.signal.throwIfAborted()
    throw keyFault(error)
  }
  if (signer.delegation) throw notAllowed(chainId, 'a delegate may not record a removal', 'delegate')
  const { keyId } = signer
  const current = await parts.keyrings.current()
  // a key that is new to the keyring may be known to who keeps it
  const keyring = current.get(keyId) === undefined ? await parts.keyrings.refresh() : current
  const { environment } = parts
  const probe = {
    chainId,
    keyId,
    receiptId: environment.uuid(),
    seq: (survey.last?.seq ?? -1) + 1,
    timestamp: isoTime(environment.now()),
    eventType: 'retention',
    retention: { event: 'prune', through, count, merkleRoot, policy, reason } as RetentionEvent,
  } as const
  checkMayRecord(probe, keyring, survey.revokes(keyId))
}

async function pruneWithin(pruning: Pruning): Promise<Pruned> {
  const { parts, chainId, options, keyring, limit } = pruning
  const { olderThanDays, dryRun = false } = options
  const { store, environment } = parts
  let finished: Pruned = { removed: 0 }
  for (let rounds = 0; ; rounds += 1) {
    const survey = createSurvey(isoTime(Math.floor(environment.now() - olderThanDays * DAY_MS)), keyring, chainId)
    await readInto(store, chainId, survey, limit.signal)
    checkAge(pruning, survey)
    if (!dryRun) {
      const done = await finish(pruning, survey)
      if (done !== undefined) {
        finished = { ...done, removed: finished.removed + done.removed }
        continue
      }
    }
    const signers = await signersOf(pruning)
    const cut = await findCut(pruning, survey, signers)
    if (cut === undefined) return finished
    checkNotEnded(chainId, survey)
    const { count, through, from, to } = cut
    if (dryRun) {
      await checkSigner(pruning, survey, cut)
      return { removed: count, through, from, to }
    }
    if (rounds > MAX_ROUNDS) {
      const message = 'the chain does not hold still: what the store reads and what it has as head do not agree'
      throw notAllowed(chainId, message, 'moving')
    }
    try {
      const receipt = await record(pruning, survey, cut, signers)
      limit.begun()
      const removed = await remove(pruning, survey, through)
      if (removed !== undefined) return { removed: finished.removed + removed, through, from, to, receipt }
    } catch (error) {
      if (!(error instanceof Outdated)) throw error
    }
  }
}

/**
 * Removes the beginning of a chain.
 *
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param options - what may go, why, who signs, and when to give up
 * @returns what went
 * @throws QuittanceError `STORE_UNSUPPORTED`, `LEDGER_RETENTION`, `LEDGER_KEY_UNTRUSTED`, `LEDGER_CHAIN_ENDED`,
 *   `LEDGER_ABORTED`, `LEDGER_TIMEOUT`, and what an append throws
 */
export async function prune(parts: Parts, desk: Desk, chainId: string, options: PruneOptions): Promise<Pruned> {
  checkChainId(chainId)
  refuseUnknownMembers(options, optionNames, 'options')
  const { olderThanDays } = options
  if (typeof olderThanDays !== 'number' || !Number.isFinite(olderThanDays) || olderThanDays < 0) {
    throw new RangeError('olderThanDays must be a number of days, at least 0')
  }
  if (parts.store.prune === undefined) throw unsupported('prune')
  return withinLimit(options, chainId, async (limit) => {
    const keyring = await parts.keyrings.current()
    return pruneWithin({ parts, desk, chainId, options, keyring, limit })
  })
}
