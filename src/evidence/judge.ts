/** Judging a package: the archive, the list, each member, each chain, and what the verifier's policy asks for. */
import { createHash } from 'node:crypto'
import { QuittanceError } from '../errors.js'
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import { allows, inWindow, Keyring } from '../keys/keyring.js'
import { decodeUtf8, fromHex } from '../primitives/bytes.js'
import { isTime } from '../primitives/time.js'
import { digestOf } from '../receipt/digest.js'
import { MAX_AHEAD_MS } from '../receipt/limits.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Counted } from '../verify/chain.js'
import { type Join, joinProblem, joinsOf, withProblem } from '../verify/joined.js'
import type { VerifyOptions, VerifyResult } from '../verify/types.js'
import { type ChainEvidence, chainEvidence } from './chain-evidence.js'
import {
  type EvidenceChainResult,
  type EvidenceCheckpoint,
  type EvidenceProblem,
  type EvidenceResult,
  evidenceVerdict,
} from './findings.js'
import {
  type EvidenceChain,
  type EvidenceManifest,
  type EvidenceSignature,
  manifestMessage,
  parseManifest,
  parseSignature,
} from './manifest.js'
import { MANIFEST, SIGNATURE } from './names.js'
import type { EvidencePolicy } from './policy.js'
import { type ReportedChains, reportStanding } from './report-chains.js'
import { REPORT_JSON, REPORT_SEAL } from './report-names.js'
import { asksPerChain, HOUR_MS, missingOf, withTail } from './requirements.js'
import { type KnownLog, missingWords, statementsOf } from './statements.js'
import { judgeNote, type OpenedNote } from './trusted-logs.js'
import { type ArchiveMember, type RandomAccess, readArchive } from './zip/archive.js'
import { ArchiveFault } from './zip/fault.js'
import { type Limits, MANIFEST_BYTES, MOST_NOTES, mostBytesOf, SIGNATURE_BYTES } from './zip/limits.js'
import { linesOfMember, memberBytes, memberChunks } from './zip/member.js'

/** A chain's receipts in a package. */
export interface PackagedChain {
  readonly chainId: string
  readonly member: ArchiveMember
}

/** What was found out about a report. */
export interface JudgedReport {
  /** Empty where nothing contradicts. */
  readonly contradictions: readonly string[]
  /** What it is about; absent where it can't be read. */
  readonly about?: ReportedChains | undefined
}

/** What was found out about a time stamp. */
export interface JudgedTimestamp {
  /** When the authority had it; absent where the stamp does not count. */
  readonly time?: string | undefined
  readonly message?: string | undefined
  /** True where it contradicts; otherwise it only does not count. */
  readonly invalid: boolean
}

/** What a judge needs that is not there everywhere. */
export interface Tools {
  /** @returns one result a chain, in the order given */
  judgeChains(
    chains: readonly PackagedChain[],
    options: VerifyOptions,
    counted: Counted | undefined,
  ): AsyncIterable<VerifyResult>
  /** Absent where time stamps can't be checked. */
  readonly judgeTimestamp?:
    | ((token: Uint8Array, message: Uint8Array, authorities: readonly string[]) => Promise<JudgedTimestamp>)
    | undefined
  /** Absent where reports can't be checked. */
  readonly judgeReport?:
    | ((report: Uint8Array, seal: string | undefined, keyring: Keyring) => Promise<JudgedReport>)
    | undefined
}

/** How a package is judged. */
export interface Judging {
  /** Absent where the verifier has none: nothing is then VALID. */
  readonly keyring: Keyring | undefined
  readonly policy: EvidencePolicy
  readonly limits: Limits
  /** The judge's clock. */
  readonly now: Date
  readonly signal?: AbortSignal | undefined
}

interface Sealed {
  readonly manifest: EvidenceManifest
  readonly digest: string
  readonly signature: EvidenceSignature
}

const TAIL_BYTES = 131_073

/** The members of a report that are judged; the others are pages for people. */
const judgedOfReport: ReadonlySet<string> = new Set([REPORT_JSON, REPORT_SEAL])

interface Notes {
  readonly notes: readonly OpenedNote[]
  readonly listed: readonly EvidenceCheckpoint[]
  /** When authorities that the policy trusts had each note, by the note's member. */
  readonly stamps: ReadonlyMap<string, string>
}

function timestampIn(line: string | undefined): string | undefined {
  try {
    const { timestamp } = JSON.parse(line ?? '') as Partial<DecisionReceipt>
    return typeof timestamp === 'string' && isTime(timestamp) ? timestamp : undefined
  } catch {
    // the verifier of the chain says what is wrong with the line
    return undefined
  }
}

/** One package that is being judged. */
class PackageJudge {
  readonly problems: EvidenceProblem[] = []
  readonly #file: RandomAccess
  readonly #judging: Judging
  readonly #tools: Tools
  readonly #keyring: Keyring
  #log: KnownLog = { counts: false, valid: false, missing: [] }
  /** When the last receipt of a member was sealed, by its own word. */
  readonly #dates = new Map<string, string | undefined>()

  constructor(file: RandomAccess, judging: Judging, tools: Tools) {
    this.#file = file
    this.#judging = judging
    this.#tools = tools
    this.#keyring = judging.keyring ?? new Keyring([])
  }

  async judge(): Promise<EvidenceResult> {
    const members = await this.#archive()
    const sealed = members === undefined ? undefined : await this.#manifest(members)
    if (members === undefined || sealed === undefined) return this.#result(undefined, [], [], false, false)
    const { manifest } = sealed
    if (this.#judging.keyring === undefined)
      this.#problem('KEYRING_NEEDED', {}, 'no keyring was given: what a package says of keys is never believed')
    const there = await this.#members(manifest, members)
    const { notes, listed, stamps } = await this.#notes(manifest, there)
    const chains = await this.#chains(manifest, there, notes, stamps)
    const reported = await this.#report(there, chains)
    await this.#require(manifest, there, chains, reported)
    const pages = [...there.keys()].some((name) => name.startsWith('report/') && !judgedOfReport.has(name))
    return this.#result(sealed, chains, listed, reported, pages)
  }

  #problem(code: EvidenceProblem['code'], where: Pick<EvidenceProblem, 'member' | 'chainId'>, message: string): void {
    this.problems.push({ code, ...where, message })
  }

  #fault(error: unknown, member?: string): void {
    if (!(error instanceof ArchiveFault)) throw error
    const code = error.reason === 'limit' ? 'PACKAGE_LIMIT' : 'PACKAGE_MALFORMED'
    this.#problem(code, { ...(member !== undefined && { member }) }, `${member ?? 'the package'}: ${error.message}`)
  }

  async #archive(): Promise<ReadonlyMap<string, ArchiveMember> | undefined> {
    try {
      const members = await readArchive(this.#file, this.#judging.limits)
      return new Map(members.map((member) => [member.name, member]))
    } catch (error) {
      this.#fault(error)
      return undefined
    }
  }

  async #whole(
    members: ReadonlyMap<string, ArchiveMember>,
    name: string,
    most = Number.POSITIVE_INFINITY,
  ): Promise<Uint8Array | undefined> {
    const member = members.get(name)
    if (member === undefined) return undefined
    try {
      return await memberBytes(this.#file, member, Math.min(this.#judging.limits.wholeBytes, most))
    } catch (error) {
      this.#fault(error, name)
      return undefined
    }
  }

  async #manifest(members: ReadonlyMap<string, ArchiveMember>): Promise<Sealed | undefined> {
    const bytes = await this.#whole(members, MANIFEST, MANIFEST_BYTES)
    if (bytes === undefined) {
      if (!members.has(MANIFEST)) this.#problem('MANIFEST_MALFORMED', { member: MANIFEST }, `there is no ${MANIFEST}`)
      return undefined
    }
    // nobody is to be kept busy by a list that nobody signed
    const signature = await this.#signature(members, bytes)
    if (signature === undefined) return undefined
    const manifest = parseManifest(decodeUtf8(bytes))
    if ('unreadable' in manifest) {
      const code = manifest.unsupported ? 'PACKAGE_UNSUPPORTED' : 'MANIFEST_MALFORMED'
      this.#problem(code, { member: MANIFEST }, `${MANIFEST} can't be read: ${manifest.unreadable}`)
      return undefined
    }
    this.#standing(signature.keyId, manifest.madeAt)
    return { manifest, digest: digestOf(bytes), signature }
  }

  async #signature(
    members: ReadonlyMap<string, ArchiveMember>,
    manifest: Uint8Array,
  ): Promise<EvidenceSignature | undefined> {
    const bytes = await this.#whole(members, SIGNATURE, SIGNATURE_BYTES)
    if (bytes === undefined) {
      if (!members.has(SIGNATURE))
        this.#problem('MANIFEST_MALFORMED', { member: SIGNATURE }, `there is no ${SIGNATURE}`)
      return undefined
    }
    const signature = parseSignature(decodeUtf8(bytes))
    if ('unreadable' in signature) {
      this.#problem('MANIFEST_MALFORMED', { member: SIGNATURE }, `${SIGNATURE} can't be read: ${signature.unreadable}`)
      return undefined
    }
    const { key } = admitKey(signature.keyId)
    const holds =
      key !== undefined &&
      verifySignature(key, manifestMessage(manifest), fromHex(signature.signature.slice('ed25519:'.length)))
    if (holds) return signature
    this.#problem(
      'MANIFEST_SIGNATURE_INVALID',
      { member: SIGNATURE },
      'the key that it names did not sign the manifest',
    )
    return undefined
  }

  /** Whether the verifier trusts the key that signed the list, for this and at that time. */
  #standing(keyId: string, madeAt: string): void {
    const entry = this.#keyring.get(keyId)
    const where = { member: SIGNATURE }
    if (entry === undefined) {
      this.#problem(
        'MANIFEST_KEY_UNKNOWN',
        where,
        `the manifest is signed by ${keyId}, which the keyring does not trust`,
      )
      return
    }
    const refuse = (why: string) => this.#problem('MANIFEST_KEY_REFUSED', where, `the manifest's key ${why}`)
    if (!allows(entry, 'report') && !allows(entry, 'receipt')) refuse('is not trusted for reports or receipts')
    else if (!inWindow(entry, madeAt)) refuse('is not trusted for the time at which the package says it was made')
    // the time is its signer's word alone: whoever stole the key can write any
    else if (entry.revokedAt !== undefined) refuse('was revoked, and nothing dates the package')
  }

  /** @returns the members that are in both lists */
  async #members(
    { members: listed }: EvidenceManifest,
    archived: ReadonlyMap<string, ArchiveMember>,
  ): Promise<ReadonlyMap<string, ArchiveMember>> {
    const names = new Set(listed.map(({ name }) => name))
    for (const name of archived.keys())
      if (!names.has(name) && name !== MANIFEST && name !== SIGNATURE)
        this.#problem('MEMBER_UNLISTED', { member: name }, `${name} is not in the manifest`)
    const there = new Map<string, ArchiveMember>()
    for (const { name, size, sha256 } of listed) {
      const member = archived.get(name)
      if (member === undefined) {
        this.#problem('MEMBER_MISSING', { member: name }, `${name} is in the manifest, and not in the package`)
        continue
      }
      const most = mostBytesOf(name)
      if (member.size > most) {
        const why = `${name} has ${member.size} bytes, and ${most} are allowed`
        this.#problem('PACKAGE_LIMIT', { member: name }, why)
        continue
      }
      const found = await this.#digest(member)
      if (found === undefined) continue
      there.set(name, member)
      if (found !== sha256 || member.size !== size)
        this.#problem('MEMBER_CHANGED', { member: name }, `${name} is not what the manifest says`)
    }
    return there
  }

  async #digest(member: ArchiveMember): Promise<string | undefined> {
    const hash = createHash('sha256')
    const keep = member.name.startsWith('receipts/')
    let tail = Buffer.alloc(0)
    try {
      for await (const chunk of memberChunks(this.#file, member)) {
        this.#refuseAborted()
        hash.update(chunk)
        if (keep) tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
      }
    } catch (error) {
      this.#fault(error, member.name)
      return undefined
    }
    if (keep) this.#dates.set(member.name, timestampIn(tail.toString('utf8').split('\n').at(-2)))
    return `sha256:${hash.digest('hex')}`
  }

  #refuseAborted(): void {
    const { signal } = this.#judging
    if (signal?.aborted)
      throw new QuittanceError('VERIFY_ABORTED', 'the verification was given up', { cause: signal.reason })
  }

  /** Names of members of one kind; none where they are too many to be judged. */
  #namesOf({ members }: EvidenceManifest, folder: string): readonly string[] {
    const names = members.map(({ name }) => name).filter((name) => name.startsWith(folder))
    if (names.length <= MOST_NOTES) return names
    this.#problem('PACKAGE_LIMIT', {}, `it has ${names.length} members in ${folder}, and ${MOST_NOTES} are allowed`)
    return []
  }

  /** Notes are read one at a time, each with its time stamps, and nothing of their bytes is kept. */
  async #notes(manifest: EvidenceManifest, there: ReadonlyMap<string, ArchiveMember>): Promise<Notes> {
    const notes: OpenedNote[] = []
    const listed: EvidenceCheckpoint[] = []
    const stamps = new Map<string, string>()
    const tokens = new Map<string, string[]>()
    for (const name of this.#namesOf(manifest, 'timestamps/')) {
      const number = name.slice('timestamps/'.length).split('.', 1)[0] as string
      const before = tokens.get(number)
      if (before === undefined) tokens.set(number, [name])
      else before.push(name)
    }
    for (const name of this.#namesOf(manifest, 'checkpoints/')) {
      this.#refuseAborted()
      const bytes = await this.#whole(there, name)
      if (bytes === undefined) continue
      const judged = judgeNote(name, bytes, this.#judging.policy.checkpoints, this.#keyring)
      if (judged.problem !== undefined) this.problems.push(judged.problem)
      if (judged.listed !== undefined) listed.push(judged.listed)
      if (judged.note === undefined || judged.text === undefined) continue
      notes.push(judged.note)
      const number = name.slice('checkpoints/'.length, -'.txt'.length)
      const stampedAt = await this.#stamp(there, judged.text, tokens.get(number) ?? [])
      if (stampedAt !== undefined) stamps.set(name, stampedAt)
    }
    return { notes, listed, stamps }
  }

  /** @returns when an authority that the policy trusts had a note first */
  async #stamp(
    there: ReadonlyMap<string, ArchiveMember>,
    text: string,
    tokens: readonly string[],
  ): Promise<string | undefined> {
    const asked = this.#judging.policy.timestamp
    const { judgeTimestamp } = this.#tools
    if (asked === undefined || judgeTimestamp === undefined) return undefined
    let first: string | undefined
    for (const member of tokens) {
      this.#refuseAborted()
      const token = await this.#whole(there, member)
      if (token === undefined) continue
      const { time, invalid, message } = await judgeTimestamp(token, Buffer.from(text), asked.authorities)
      if (invalid) this.#problem('TIMESTAMP_INVALID', { member }, `${member}: ${message ?? 'it does not hold'}`)
      else if (time !== undefined && (first === undefined || time < first)) first = time
    }
    return first
  }

  async #chains(
    manifest: EvidenceManifest,
    there: ReadonlyMap<string, ArchiveMember>,
    notes: readonly OpenedNote[],
    stamps: ReadonlyMap<string, string>,
  ): Promise<readonly EvidenceChainResult[]> {
    const { policy, now, signal } = this.#judging
    const evidence = chainEvidence(manifest, notes, stamps, policy)
    const results = new Map<string, EvidenceChainResult>()
    const judge = async (chains: readonly EvidenceChain[], events: Counted | undefined) => {
      const packaged = chains.flatMap(({ chainId, file }) => {
        const member = there.get(file)
        return member === undefined ? [] : [{ chainId, member }]
      })
      const anchors = chains.flatMap(({ chainId }) => evidence.anchorsOf(chainId))
      const options: VerifyOptions = {
        keyring: this.#keyring,
        anchors,
        now,
        ...(policy.tail && { requireTail: true }),
        ...(policy.acceptPruned && { acceptPruned: policy.acceptPruned }),
        ...(signal && { signal }),
      }
      let index = 0
      for await (const result of this.#tools.judgeChains(packaged, options, events)) {
        const { chainId } = packaged[index] as PackagedChain
        const chain = chains.find((one) => one.chainId === chainId) as EvidenceChain
        results.set(chainId, this.#chain(chain, result, evidence))
        index += 1
      }
    }
    const isLog = ({ chainId }: EvidenceChain) => chainId === manifest.logChain
    const joins: Join[] = []
    const hearJoins = (receipt: DecisionReceipt) => void joins.push(...joinsOf(receipt))
    await judge(manifest.chains.filter(isLog), (receipt: DecisionReceipt) => {
      evidence.hear(receipt)
      hearJoins(receipt)
    })
    const log = manifest.logChain === undefined ? undefined : results.get(manifest.logChain)
    if (log !== undefined) this.#log = { ...evidence.settle(log.result), valid: log.result.verdict === 'VALID' }
    await judge(
      manifest.chains.filter((chain) => !isLog(chain)),
      hearJoins,
    )
    for (const join of joins) this.#join(join, results)
    if (manifest.chains.length === 0) this.#problem('PACKAGE_EMPTY', {}, 'there is no chain in the package')
    return manifest.chains.flatMap(({ chainId }) => results.get(chainId) ?? [])
  }

  /** Holds a chain against what a `gap` receipt of another says of it: receipts that stand elsewhere must be there too. */
  #join(join: Join, results: Map<string, EvidenceChainResult>): void {
    const { chainId } = join
    const before = results.get(chainId)
    const problem = joinProblem(join, before?.result)
    if (problem === undefined) return
    const result = withProblem(before?.result, chainId, problem)
    if (before !== undefined) {
      const checkpoints = result.verdict === 'INVALID' ? [] : before.checkpoints
      results.set(chainId, { ...before, result, checkpoints })
    }
    if (before?.result.verdict === result.verdict) return
    const code = result.verdict === 'INVALID' ? 'CHAIN_INVALID' : 'CHAIN_INCOMPLETE'
    this.#problem(code, { chainId }, `chain ${chainId}: ${problem.message}`)
  }

  #chain(chain: EvidenceChain, judged: VerifyResult, evidence: ChainEvidence): EvidenceChainResult {
    const { chainId, file } = chain
    const checkpoints = evidence.heldBy(chain, judged)
    const result = withTail(judged, chainId, checkpoints, this.#judging.policy)
    const { scope, verdict, checked, counts } = result
    const same =
      checked === chain.receipts &&
      scope.root === chain.root &&
      scope.fromSeq === chain.fromSeq &&
      scope.head?.seq === chain.head?.seq &&
      scope.head?.receiptHash === chain.head?.receiptHash
    const codes = Object.entries(counts).map(([code, count]) => `${code} ${count}`)
    const where = { member: file, chainId }
    if (verdict !== 'VALID')
      this.#problem(`CHAIN_${verdict}`, where, `chain ${chainId} is ${verdict}: ${codes.join(', ')}`)
    if (!same) this.#problem('CHAIN_DIFFERS', where, `chain ${chainId} is not what the manifest says of it`)
    return { chainId, member: file, result, checkpoints }
  }

  async #report(there: ReadonlyMap<string, ArchiveMember>, chains: readonly EvidenceChainResult[]): Promise<boolean> {
    const { judgeReport } = this.#tools
    const report = judgeReport === undefined ? undefined : await this.#whole(there, REPORT_JSON)
    if (judgeReport === undefined || report === undefined) return false
    const seal = await this.#whole(there, REPORT_SEAL)
    const { contradictions, about } = await judgeReport(
      report,
      seal === undefined ? undefined : decodeUtf8(seal),
      this.#keyring,
    )
    for (const why of contradictions) this.#problem('REPORT_INVALID', { member: REPORT_JSON }, `the report: ${why}`)
    if (about === undefined) return false
    const { holds, otherRoots } = await reportStanding(about, chains, async ({ member }, wanted) => {
      const archived = there.get(member)
      return archived === undefined ? new Map() : linesOfMember(this.#file, archived, wanted)
    })
    for (const chainId of otherRoots)
      this.#problem('REPORT_INVALID', { member: REPORT_JSON, chainId }, `the report is about another chain ${chainId}`)
    return holds && contradictions.length === 0
  }

  async #require(
    manifest: EvidenceManifest,
    there: ReadonlyMap<string, ArchiveMember>,
    chains: readonly EvidenceChainResult[],
    reported: boolean,
  ): Promise<void> {
    const { policy, now } = this.#judging
    const all = chains.map(({ chainId }) => chainId).filter((one) => !(this.#log.counts && one === manifest.logChain))
    const asked = policy.chains ?? all
    for (const one of asked) {
      const { chainId, root } = typeof one === 'string' ? { chainId: one, root: undefined } : one
      const chain = chains.find((one) => one.chainId === chainId)
      const described = manifest.chains.find((one) => one.chainId === chainId)
      if (chain === undefined || described === undefined || chain.result.checked === 0)
        this.#problem('REQUIRED_CHAIN_MISSING', { chainId }, `chain ${chainId} is asked for, and is not there`)
      else if (root !== undefined && chain.result.scope.root !== root)
        this.#problem(
          'REQUIRED_CHAIN_MISSING',
          { chainId },
          `the chain ${chainId} that is there is not the one of that root`,
        )
      else {
        this.problems.push(...missingOf(chain, this.#dates.get(described.file), policy, now))
        await this.#requireStamp(chain, there)
      }
    }
    if (asked.length === 0 && asksPerChain(policy))
      this.#problem('REQUIRED_CHAIN_MISSING', {}, 'there is no chain of which what is asked for could be asked')
    if (policy.allChains && !(this.#log.counts && this.#log.valid && this.#log.missing.length === 0))
      this.#problem('REQUIRED_CHAIN_MISSING', {}, `all chains are asked for: ${missingWords(this.#log)}`)
    if (policy.report && !reported)
      this.#problem(
        'REQUIRED_REPORT_MISSING',
        {},
        'a sealed report on these chains is asked for, and none could be verified',
      )
  }

  async #requireStamp(
    { chainId, member, checkpoints }: EvidenceChainResult,
    there: ReadonlyMap<string, ArchiveMember>,
  ): Promise<void> {
    const { timestamp } = this.#judging.policy
    if (timestamp === undefined) return
    const newest = checkpoints.filter(({ stampedAt, size }) => stampedAt !== undefined && size > 0).at(-1)
    const archived = there.get(member)
    const dated =
      newest === undefined || archived === undefined ? undefined : await this.#datedAt(archived, newest.size - 1)
    const waited = Date.parse(newest?.stampedAt ?? '') - Date.parse(dated ?? '')
    // a receipt that is dated behind its stamp, by more than clocks differ, dates nothing
    if (waited <= timestamp.withinHours * HOUR_MS && waited >= -MAX_AHEAD_MS) return
    const why = `a time stamp within ${timestamp.withinHours} h is asked for, and there is none`
    this.#problem('REQUIRED_TIMESTAMP_MISSING', { chainId }, `chain ${chainId}: ${why}`)
  }

  async #datedAt(member: ArchiveMember, line: number): Promise<string | undefined> {
    return timestampIn((await linesOfMember(this.#file, member, new Set([line]))).get(line))
  }

  #result(
    sealed: Sealed | undefined,
    chains: readonly EvidenceChainResult[],
    checkpoints: EvidenceResult['checkpoints'],
    reported: boolean,
    pages: boolean,
  ): EvidenceResult {
    const { problems } = this
    const { policy } = this.#judging
    const facts = { problems, chains, reported, pages, policy, log: this.#log, keyId: sealed?.signature.keyId }
    return {
      verdict: evidenceVerdict(problems),
      problems,
      ...(sealed && {
        digest: sealed.digest,
        madeAt: sealed.manifest.madeAt,
        keyId: sealed.signature.keyId,
      }),
      chains,
      checkpoints,
      omitted: sealed?.manifest.omitted ?? [],
      ...statementsOf(facts),
    }
  }
}

/**
 * @param file - the package
 * @param judging - against what
 * @param tools - what is not there everywhere
 * @returns what was found out; a fault of the package is never thrown
 * @throws what the file and the tools throw
 */
export function judgeEvidence(file: RandomAccess, judging: Judging, tools: Tools): Promise<EvidenceResult> {
  return new PackageJudge(file, judging, tools).judge()
}
