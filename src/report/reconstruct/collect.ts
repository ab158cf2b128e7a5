/** Reads chains until everything that belongs to a reconstruction is there: the first time verified, then line by line. */
import { QuittanceError } from '../../errors.js'
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import { judgeLines } from '../../verify/chain.js'
import { type Examined, examineLine } from '../../verify/examine.js'
import { type RawLine, readLine } from '../../verify/line.js'
import type { ProblemCode, VerifyOptions, VerifyResult } from '../../verify/types.js'
import type { ReadableChain } from '../coverage/chains.js'
import { type Claim, type Core, coreOf, createSelection, type Selection } from './select.js'
import type { ReconstructionSubject, Relation } from './types.js'

/** A chain that was read and verified. */
export interface ReadChain {
  readonly chainId: string
  readonly result: VerifyResult
}

/** A receipt that belongs here. */
export interface Collected {
  readonly claim: Claim
  readonly examined: Examined
  readonly relation: Relation
  /** Whether the verifier found nothing against it. */
  readonly counted: boolean
  /** What it found, as far as that was listed. */
  readonly problems: readonly ProblemCode[]
  /** Of `chains`. */
  readonly chain: number
}

/** All that belongs here. */
export interface Collection {
  readonly core: Core
  readonly chains: readonly ReadChain[]
  readonly receipts: readonly Collected[]
  /** True where there were more than the limit. */
  readonly truncated: boolean
}

/** What to verify with, and how much to take. */
export interface CollectOptions extends Pick<VerifyOptions, 'keyring' | 'acceptPruned' | 'now' | 'signal'> {
  readonly limit: number
  /** Called with every line that is read. */
  readonly onLine?: (() => void) | undefined
}

/** Passes over the chains after the first: each goes one step further from the members. */
const MOST_PASSES = 100

const claimOf = (raw: RawLine): Claim | undefined => ('text' in raw ? readLine(raw.text).claim : undefined)

/** One bit a line. */
function createBits() {
  let bytes = new Uint8Array(1024)
  return {
    set(index: number) {
      const at = index >> 3
      if (at >= bytes.length) {
        const more = new Uint8Array(Math.max(bytes.length * 2, at + 1))
        more.set(bytes)
        bytes = more
      }
      bytes[at] = (bytes[at] as number) | (1 << (index & 7))
    },
    has: (index: number): boolean => ((bytes[index >> 3] ?? 0) & (1 << (index & 7))) !== 0,
  }
}

interface Followed extends ReadChain {
  readonly lines: () => AsyncIterable<RawLine>
  readonly first: string | undefined
  readonly holds: { has(index: number): boolean }
  readonly problemsAt: ReadonlyMap<number, readonly ProblemCode[]>
}

interface Kept {
  readonly raw: RawLine & { readonly text: string }
  readonly claim: Claim
  readonly relation: Relation
  readonly chain: number
  readonly line: number
}

/** How near it is: a receipt that was taken for one reason may turn out to be nearer. */
const nearness: readonly Relation[] = ['member', 'child', 'parent', 'linking', 'linked', 'retention']

/** What is taken, each line once. */
class Taken {
  readonly kept = new Map<string, Kept>()
  truncated = false
  readonly #limit: number
  readonly #selection: Selection

  constructor(limit: number, selection: Selection) {
    this.#limit = limit
    this.#selection = selection
  }

  /** @returns whether the line is new here, or nearer than it was */
  look(raw: RawLine, chain: number, line: number): boolean {
    if (!('text' in raw) || !this.#selection.mayConcern(raw.text)) return false
    const key = `${chain} ${line}`
    const before = this.kept.get(key)
    const claim = before?.claim ?? claimOf(raw)
    const relation = claim && this.#selection.relationOf(claim)
    if (claim === undefined || relation === undefined) return false
    if (before !== undefined && nearness.indexOf(relation) >= nearness.indexOf(before.relation)) return false
    if (before === undefined && this.kept.size >= this.#limit) {
      this.truncated = true
      return false
    }
    this.kept.set(key, { raw, claim, relation, chain, line })
    this.#selection.take(claim, relation)
    return true
  }
}

function aborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new QuittanceError('VERIFY_ABORTED', 'the reconstruction was given up', { cause: signal.reason })
}

const textOf = (raw: RawLine): string => ('text' in raw ? raw.text : raw.fault)

/** Verifies one chain, and takes the members out of it. */
async function verifyOne(
  chain: ReadableChain,
  index: number,
  taken: Taken,
  options: CollectOptions,
): Promise<Followed> {
  const { keyring, acceptPruned, now, signal, onLine } = options
  const bits = createBits()
  let line = 0
  let first: string | undefined
  const asked = { keyring, acceptPruned, now, chainId: chain.chainId }
  const judge = judgeLines(asked, await fastestBackend(), () => bits.set(line))
  for await (const raw of chain.lines()) {
    aborted(signal)
    line += 1
    first ??= textOf(raw)
    judge.next(raw)
    taken.look(raw, index, line)
    onLine?.()
  }
  const result = judge.finish()
  const problemsAt = new Map<number, ProblemCode[]>()
  for (const { line: at, code } of result.problems) {
    if (at !== undefined) problemsAt.set(at, [...(problemsAt.get(at) ?? []), code])
  }
  const chainId = chain.chainId ?? result.scope.chainId ?? ''
  return { chainId, result, lines: chain.lines, first, holds: bits, problemsAt }
}

/** @returns how many receipts were found beside those that are here */
async function passOver(chain: Followed, index: number, taken: Taken, options: CollectOptions): Promise<number> {
  let line = 0
  let found = 0
  for await (const raw of chain.lines()) {
    aborted(options.signal)
    line += 1
    if (line === 1 && textOf(raw) !== chain.first)
      throw new QuittanceError('VERIFY_INPUT', 'the chain was changed while it was read; read it again', {
        details: { chainId: chain.chainId, reason: 'changed' },
      })
    // what came since was not verified
    if (line > chain.result.checked) break
    if (taken.look(raw, index, line)) found += 1
    options.onLine?.()
  }
  return found
}

/** @returns the receipt that was asked for, the one that holds by itself before any other that claims its id */
async function findReceipt(chains: readonly ReadableChain[], receiptId: string): Promise<Claim | undefined> {
  let found: Claim | undefined
  for (const chain of chains) {
    for await (const raw of chain.lines()) {
      if (!('text' in raw) || !raw.text.includes(receiptId)) continue
      const claim = claimOf(raw)
      if (claim?.receiptId !== receiptId) continue
      found ??= claim
      if (examineLine(raw).sound) return claim
    }
  }
  return found
}

/** A key that is revoked, or that derives from one, speaks for receipts before its end only as far as others date them. */
function undated(chain: Followed, { claim }: Kept, { keyring }: CollectOptions): readonly ProblemCode[] {
  if ((chain.result.counts.KEY_REVOKED_UNDATED ?? 0) === 0) return []
  const entry = typeof claim.keyId === 'string' ? keyring.get(claim.keyId) : undefined
  return entry === undefined || entry.revokedAt !== undefined ? ['KEY_REVOKED_UNDATED'] : []
}

/**
 * @param chains - each to be read several times
 * @param subject - what is asked for
 * @param options - keyring, limit
 * @returns the members and all that belongs to them, the chains verified
 * @throws QuittanceError `VERIFY_ABORTED`; `VERIFY_INPUT` where a chain loses its beginning meanwhile
 */
export async function collect(
  chains: readonly ReadableChain[],
  subject: ReconstructionSubject,
  options: CollectOptions,
): Promise<Collection> {
  const core = coreOf(subject, 'receiptId' in subject ? await findReceipt(chains, subject.receiptId) : undefined)
  const selection = createSelection(core)
  const taken = new Taken(options.limit, selection)
  const followed: Followed[] = []
  for (const [index, chain] of chains.entries()) followed.push(await verifyOne(chain, index, taken, options))
  for (let pass = 0; pass < MOST_PASSES && taken.kept.size > 0; pass += 1) {
    let found = 0
    for (const [index, chain] of followed.entries()) found += await passOver(chain, index, taken, options)
    if (found === 0) break
    if (pass === MOST_PASSES - 1) taken.truncated = true
  }
  const receipts = [...taken.kept.values()].map((kept): Collected => {
    const chain = followed[kept.chain] as Followed
    const examined = examineLine(kept.raw)
    const listed = [
      ...(chain.problemsAt.get(kept.line) ?? examined.problems.map(({ code }) => code)),
      ...undated(chain, kept, options),
    ]
    const counted = chain.holds.has(kept.line) && listed.length === 0
    return {
      claim: kept.claim,
      examined,
      relation: kept.relation,
      counted,
      problems: [...new Set(listed)],
      chain: kept.chain,
    }
  })
  return {
    core,
    chains: followed.map(({ chainId, result }) => ({ chainId, result })),
    receipts,
    truncated: taken.truncated,
  }
}
