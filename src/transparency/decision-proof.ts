/** Makes the file that proves one decision, out of a store and the checkpoints beside its chains. */
import { QuittanceError } from '../errors.js'
import type { Keyring } from '../keys/keyring.js'
import { leafHash } from '../merkle/hash.js'
import { receiptLeaf } from '../merkle/receipt-leaf.js'
import { verifyInclusion } from '../merkle/verify-inclusion.js'
import { equalBytes, fromHex } from '../primitives/bytes.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { lineOf } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import { readCheckpoint } from '../tlog/checkpoint.js'
import { inclusionProofFromTiles } from '../tlog/tiles/proofs.js'
import type { FetchTile } from '../tlog/tiles/reader.js'
import { LOG_CHAIN } from '../verify/log.js'
import { type DecisionProof, formatDecisionProof, type LogLevel } from './decision-proof-format.js'
import { pathBuilder } from './decision-proof-path.js'
import { storedCheckpoint } from './log/cell.js'

/** A checkpoint as it was published, with the time stamps for it. */
export interface GivenCheckpoint {
  readonly note: string
  readonly timestamps?: readonly Uint8Array[] | undefined
}

/** What is to be proved, and what with. */
export interface MakeProofOptions {
  readonly chainId: string
  readonly receiptId: string
  /** The chain that holds the checkpoints of all others; default `transparency-log`, where it has a checkpoint. `false`: none. */
  readonly logChainId?: string | false | undefined
  /** Puts the receipt's free texts in. Default false: they may tell more than the person should see. */
  readonly withDetails?: boolean | undefined
  /** Of the chain; default the newest, which is kept beside it. */
  readonly checkpoint?: GivenCheckpoint | undefined
  /** Of the log chain; default the newest, which is kept beside it. */
  readonly logCheckpoint?: GivenCheckpoint | undefined
  /**
   * The chain's tiles, where it was exported as such: a few files are read then, not the chain. For the certificate of a delegate
   * at most 100,000 receipts before this one are looked through.
   */
  readonly tiles?: FetchTile | undefined
  /** The log chain's tiles. */
  readonly logTiles?: FetchTile | undefined
  /** Where it names the receipt's own key, no certificate of a delegate is looked for. */
  readonly keyring?: Keyring | undefined
  readonly signal?: AbortSignal | undefined
}

/** A proof, and what it is about. */
export interface MadeProof {
  /** The file's text. */
  readonly text: string
  readonly receipt: DecisionReceipt
  readonly origin: string
  readonly size: number
  /** Whether the log's level is in it; `absent`: there is no log; `not-covered`: its newest checkpoint lacks the decision so far. */
  readonly log: 'included' | 'absent' | 'not-covered'
}

const optionNames: Readonly<Record<keyof MakeProofOptions, true>> = {
  chainId: true,
  receiptId: true,
  logChainId: true,
  withDetails: true,
  checkpoint: true,
  logCheckpoint: true,
  tiles: true,
  logTiles: true,
  keyring: true,
  signal: true,
}

const unavailable = (reason: string, message: string): QuittanceError =>
  new QuittanceError('TLOG_UNAVAILABLE', message, { details: { reason } })

const leafOf = ({ receiptHash, signature }: DecisionReceipt): Uint8Array =>
  leafHash(receiptLeaf(receiptHash, signature))

/** A tree: its size and what its root must be. */
interface Tree {
  readonly size: number
  readonly rootHash: Uint8Array
}

interface Held extends Tree {
  readonly origin: string
  readonly note: string
  readonly timestamps: readonly Uint8Array[]
}

async function heldOf(
  store: ReceiptStore,
  chainId: string,
  given: GivenCheckpoint | undefined,
): Promise<Held | undefined> {
  if (given !== undefined) {
    const { origin, size, rootHash } = readCheckpoint(given.note)
    return { origin, size, rootHash, note: given.note, timestamps: given.timestamps ?? [] }
  }
  return storedCheckpoint(store, chainId)
}

/** The paths of a receipt in trees of its chain, each led to its root before it is given. */
async function pathsOf(
  store: ReceiptStore,
  receipt: DecisionReceipt,
  trees: readonly Tree[],
  { tiles, signal }: { readonly tiles?: FetchTile | undefined; readonly signal?: AbortSignal | undefined },
): Promise<readonly (readonly Uint8Array[])[]> {
  const { chainId, seq } = receipt
  const made = tiles
    ? await Promise.all(trees.map((tree) => inclusionProofFromTiles({ ...tree, fetchTile: tiles }, seq)))
    : await pathsFromReceipts(store, chainId, seq, Math.max(...trees.map(({ size }) => size)), trees, signal)
  for (const [index, { size, rootHash }] of trees.entries()) {
    if (verifyInclusion(leafOf(receipt), seq, size, made[index] as Uint8Array[], rootHash)) continue
    throw new QuittanceError(
      'TLOG_REFUSED',
      `the chain ${chainId} does not lead to its checkpoint of ${size} receipts: find out which of them is true`,
      { details: { reason: 'inclusion', chainId } },
    )
  }
  return made
}

async function pathsFromReceipts(
  store: ReceiptStore,
  chainId: string,
  seq: number,
  size: number,
  trees: readonly Tree[],
  signal: AbortSignal | undefined,
): Promise<readonly (readonly Uint8Array[])[]> {
  const builder = pathBuilder(
    seq,
    trees.map((tree) => tree.size),
  )
  let next = 0
  for await (const receipt of store.read(chainId, { fromSeq: 0, toSeq: size - 1, signal })) {
    if (receipt.seq !== next) break
    builder.push(leafOf(receipt))
    next += 1
  }
  if (next < size)
    throw unavailable(
      'pruned',
      `the chain ${chainId} does not hold the first ${size} receipts any more: a proof needs their hashes, from tiles`,
    )
  return builder.paths()
}

const CHUNK = 1_000
/** Where the chain itself is not read, so many receipts are looked through for a certificate. */
const SEARCHED = 100_000

/** Receipts of a chain from a seq on down, the newest first. */
async function* backwards(
  store: ReceiptStore,
  chainId: string,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<DecisionReceipt> {
  for (let to = from; to >= 0; to -= CHUNK) {
    const chunk: DecisionReceipt[] = []
    const fromSeq = Math.max(0, to - CHUNK + 1)
    for await (const receipt of store.read(chainId, { fromSeq, toSeq: to, signal })) chunk.push(receipt)
    yield* chunk.reverse()
    // what is older was pruned
    if (chunk.length === 0) return
  }
}

/** The log's receipt that has the chain at this size; otherwise the newest that has the decision. */
async function entryOf(
  store: ReceiptStore,
  logChainId: string,
  log: Held,
  chain: Held,
  seq: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly entry: DecisionReceipt; readonly tree: Tree } | undefined> {
  let newest: { readonly entry: DecisionReceipt; readonly tree: Tree } | undefined
  for await (const entry of backwards(store, logChainId, log.size - 1, signal)) {
    const { system } = entry
    if (system?.event !== 'checkpoint' || system.origin !== chain.origin) continue
    const { size } = system
    // sizes only grow: nothing older has the decision
    if (size <= seq) return newest
    const found = { entry, tree: { size, rootHash: fromHex(system.rootHash.slice('sha256:'.length)) } }
    if (isSame(found.tree, chain)) return found
    newest ??= found
    if (size < chain.size) return newest
  }
  return newest
}

/** What a keyring key signed for the receipt's own key, where that is a delegate: it rides on an earlier receipt. */
async function delegationOf(
  store: ReceiptStore,
  receipt: DecisionReceipt,
  { keyring, tiles, signal }: Pick<MakeProofOptions, 'keyring' | 'tiles' | 'signal'>,
): Promise<DecisionProof['delegation']> {
  const { chainId, keyId, seq, timestamp } = receipt
  const until = tiles === undefined ? 0 : seq - SEARCHED
  if (receipt.key?.event === 'delegate' || keyring?.get(keyId) !== undefined) return undefined
  for await (const { key, seq: at } of backwards(store, chainId, seq - 1, signal)) {
    if (at < until) return undefined
    if (key?.event !== 'delegate' || key.certificate.delegate !== keyId) continue
    const { certificate, certificateSignature } = key
    if (timestamp >= certificate.notBefore && timestamp < certificate.notAfter)
      return { certificate, certificateSignature }
  }
  return undefined
}

const isSame = (a: Tree, b: Tree): boolean => a.size === b.size && equalBytes(a.rootHash, b.rootHash)

const shown = (receipt: DecisionReceipt, withDetails: boolean): string => {
  const { details, ...rest } = receipt
  return lineOf(withDetails && details !== undefined ? { ...rest, details } : rest)
}

/**
 * Makes the file that proves one decision to the person concerned. Of all other receipts it holds hashes of hashes alone. A
 * decision that the newest checkpoint does not cover yet has to wait for one: `CheckpointLog.checkpoint` makes it, `publish` brings
 * it to the witnesses.
 *
 * @param store - where the chain, the log chain and their checkpoints are
 * @param options - which receipt, and what is not beside the chains
 * @returns the file's text, and what it is about
 * @throws QuittanceError `TLOG_UNAVAILABLE`, whose `details.reason` is `no-receipt`, `no-checkpoint`, `not-covered` or `pruned`: there is no
 *   such receipt, no checkpoint, none that covers it, or the chain's beginning is gone and no tiles were given; `TLOG_REFUSED` where
 *   chain and checkpoint contradict each other; what store and tiles throw
 * @throws TypeError when an option is not known
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import type { ReceiptStore } from 'quittance'
 * import { makeProof } from 'quittance/transparency'
 * async function prove(store: ReceiptStore, chainId: string, receiptId: string) {
 *   const { text, log } = await makeProof(store, { chainId, receiptId })
 *   if (log !== 'included') console.warn('no witness has seen it yet')
 *   await writeFile(`${receiptId}.tlog-proof`, text)
 * }
 * ```
 */
export async function makeProof(store: ReceiptStore, options: MakeProofOptions): Promise<MadeProof> {
  refuseUnknownMembers(options, optionNames, 'options')
  const { chainId, receiptId, logChainId = LOG_CHAIN, withDetails = false, tiles, logTiles, keyring, signal } = options
  const receipt = await store.get(chainId, receiptId)
  if (receipt === undefined) throw unavailable('no-receipt', `the chain ${chainId} holds no such receipt`)
  const chain = await heldOf(store, chainId, options.checkpoint)
  if (chain === undefined) throw unavailable('no-checkpoint', `no checkpoint was made of the chain ${chainId}`)
  if (chain.size <= receipt.seq)
    throw unavailable(
      'not-covered',
      `the newest checkpoint of the chain ${chainId} covers ${chain.size} receipts, and this is seq ${receipt.seq}: make one first`,
    )
  const log =
    logChainId === false || logChainId === chainId ? undefined : await heldOf(store, logChainId, options.logCheckpoint)
  const found =
    log === undefined || logChainId === false
      ? undefined
      : await entryOf(store, logChainId, log, chain, receipt.seq, signal)
  const other = found === undefined || isSame(found.tree, chain) ? [] : [found.tree]
  const [hashes, otherHashes] = await pathsOf(store, receipt, [chain, ...other], { tiles, signal })
  let level: LogLevel | undefined
  if (log !== undefined && found !== undefined) {
    const { entry } = found
    const [path] = await pathsOf(store, entry, [log], { tiles: logTiles, signal })
    level = {
      line: shown(entry, false),
      proof: { index: entry.seq, hashes: path as readonly Uint8Array[], note: log.note },
      ...(otherHashes === undefined ? {} : { hashes: otherHashes }),
      timestamps: log.timestamps,
    }
  }
  const delegation = await delegationOf(store, receipt, { keyring, tiles, signal })
  const text = formatDecisionProof({
    proof: { index: receipt.seq, hashes: hashes as readonly Uint8Array[], note: chain.note },
    line: shown(receipt, withDetails),
    ...(delegation === undefined ? {} : { delegation }),
    timestamps: chain.timestamps,
    ...(level === undefined ? {} : { log: level }),
  })
  const state = level !== undefined ? 'included' : log === undefined ? 'absent' : 'not-covered'
  return { text, receipt, origin: chain.origin, size: chain.size, log: state }
}
