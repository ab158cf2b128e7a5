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
import { type EvidenceChainResult, type EvidenceProblem, type EvidenceResult, evidenceVerdict } from './findings.js'
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
import { REPORT_JSON, REPORT_SEAL } from './report-names.js'
import { statementsOf } from './statements.js'
import { type OpenedNote, openNotes } from './trusted-logs.js'
import { type ArchiveMember, type RandomAccess, readArchive } from './zip/archive.js'
import { ArchiveFault } from './zip/fault.js'
import type { Limits } from './zip/limits.js'
import { lineOfMember, memberBytes, memberChunks } from './zip/member.js'

/** A chain's receipts in a package. */
export interface PackagedChain {
  readonly chainId: string
  readonly member: ArchiveMember
}

/** What was found out about a report. */
export interface JudgedReport {
  /** Empty where nothing contradicts. */
  readonly contradictions: readonly string[]
  readonly sealed: boolean
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
  readonly signature?: EvidenceSignature | undefined
}

const TAIL_BYTES = 131_073
const HOUR_MS = 3_600_000

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
    if (members === undefined || sealed === undefined) return this.#result(undefined, [], [], false)
    const { manifest } = sealed
    if (this.#judging.keyring === undefined)
      this.#problem('KEYRING_NEEDED', {}, 'no keyring was given: what a package says of keys is never believed')
    const there = await this.#members(manifest, members)
    const { notes, listed, problems } = openNotes(
      await this.#wholes(manifest, there, (name) => name.startsWith('checkpoints/')),
      this.#judging.policy.checkpoints,
      this.#keyring,
    )
    this.problems.push(...problems)
    const stamps = await this.#stamps(manifest, there, notes)
    const chains = await this.#chains(manifest, there, notes, stamps)
    const reported = await this.#report(there)
    await this.#require(manifest, there, chains, reported)
    return this.#result(sealed, chains, listed, reported)
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

  async #whole(members: ReadonlyMap<string, ArchiveMember>, name: string): Promise<Uint8Array | undefined> {
    const member = members.get(name)
    if (member === undefined) return undefined
    try {
      return await memberBytes(this.#file, member, this.#judging.limits.wholeBytes)
    } catch (error) {
      this.#fault(error, name)
      return undefined
    }
  }

  async #manifest(members: ReadonlyMap<string, ArchiveMember>): Promise<Sealed | undefined> {
    const bytes = await this.#whole(members, MANIFEST)
    if (bytes === undefined) {
      if (!members.has(MANIFEST)) this.#problem('MANIFEST_MALFORMED', { member: MANIFEST }, `there is no ${MANIFEST}`)
      return undefined
    }
    const manifest = parseManifest(decodeUtf8(bytes))
    if ('unreadable' in manifest) {
      const code = manifest.unsupported ? 'PACKAGE_UNSUPPORTED' : 'MANIFEST_MALFORMED'
      this.#problem(code, { member: MANIFEST }, `${MANIFEST} can't be read: ${manifest.unreadable}`)
      return undefined
    }
    const signature = await this.#signature(members, bytes, manifest)
    return { manifest, digest: digestOf(bytes), signature }
  }

  async #signature(
    members: ReadonlyMap<string, ArchiveMember>,
    manifest: Uint8Array,
    { madeAt }: EvidenceManifest,
  ): Promise<EvidenceSignature | undefined> {
    const bytes = await this.#whole(members, SIGNATURE)
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
    if (!holds)
      this.#problem(
        'MANIFEST_SIGNATURE_INVALID',
        { member: SIGNATURE },
        'the key that it names did not sign the manifest',
      )
    else this.#standing(signature.keyId, madeAt)
    return signature
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

  async #wholes(
    manifest: EvidenceManifest,
    there: ReadonlyMap<string, ArchiveMember>,
    wanted: (name: string) => boolean,
  ): Promise<(readonly [string, Uint8Array])[]> {
    const found: (readonly [string, Uint8Array])[] = []
    for (const { name } of manifest.members) {
      if (!wanted(name)) continue
      const bytes = await this.#whole(there, name)
      if (bytes !== undefined) found.push([name, bytes])
    }
    return found
  }

  /** @returns when authorities that the policy trusts had each note, by the note's member */
  async #stamps(
    manifest: EvidenceManifest,
    there: ReadonlyMap<string, ArchiveMember>,
    notes: readonly OpenedNote[],
  ): Promise<ReadonlyMap<string, string>> {
    const asked = this.#judging.policy.timestamp
    const { judgeTimestamp } = this.#tools
    const times = new Map<string, string>()
    if (asked === undefined || judgeTimestamp === undefined) return times
    for (const note of notes) {
      const number = note.member.slice('checkpoints/'.length, -'.txt'.length)
      const tokens = await this.#wholes(manifest, there, (name) => name.startsWith(`timestamps/${number}.`))
      for (const [member, token] of tokens) {
        const { time, invalid, message } = await judgeTimestamp(token, Buffer.from(note.text), asked.authorities)
        if (invalid) this.#problem('TIMESTAMP_INVALID', { member }, `${member}: ${message ?? 'it does not hold'}`)
        const before = times.get(note.member)
        if (!invalid && time !== undefined && (before === undefined || time < before)) times.set(note.member, time)
      }
    }
    return times
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
    if (log !== undefined) evidence.settle(log.result)
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
    if (before !== undefined) results.set(chainId, { ...before, result })
    if (before?.result.verdict === result.verdict) return
    const code = result.verdict === 'INVALID' ? 'CHAIN_INVALID' : 'CHAIN_INCOMPLETE'
    this.#problem(code, { chainId }, `chain ${chainId}: ${problem.message}`)
  }

  #chain(chain: EvidenceChain, result: VerifyResult, evidence: ChainEvidence): EvidenceChainResult {
    const { chainId, file } = chain
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
    return { chainId, member: file, result, checkpoints: evidence.heldBy(chain, result) }
  }

  async #report(there: ReadonlyMap<string, ArchiveMember>): Promise<boolean> {
    const { judgeReport } = this.#tools
    const report = judgeReport === undefined ? undefined : await this.#whole(there, REPORT_JSON)
    if (judgeReport === undefined || report === undefined) return false
    const seal = await this.#whole(there, REPORT_SEAL)
    const { contradictions, sealed } = await judgeReport(
      report,
      seal === undefined ? undefined : decodeUtf8(seal),
      this.#keyring,
    )
    for (const why of contradictions) this.#problem('REPORT_INVALID', { member: REPORT_JSON }, `the report: ${why}`)
    return sealed && contradictions.length === 0
  }

  async #require(
    manifest: EvidenceManifest,
    there: ReadonlyMap<string, ArchiveMember>,
    chains: readonly EvidenceChainResult[],
    reported: boolean,
  ): Promise<void> {
    const { policy } = this.#judging
    const all = chains.map(({ chainId }) => chainId).filter((one) => one !== manifest.logChain)
    const asked = policy.chains ?? all
    for (const chainId of asked) {
      const chain = chains.find((one) => one.chainId === chainId)
      const described = manifest.chains.find((one) => one.chainId === chainId)
      if (chain === undefined || described === undefined || chain.result.checked === 0)
        this.#problem('REQUIRED_CHAIN_MISSING', { chainId }, `chain ${chainId} is asked for, and is not there`)
      else {
        this.#requireOf(chain, this.#dates.get(described.file))
        await this.#requireStamp(chain, there)
      }
    }
    if (policy.report && !reported)
      this.#problem('REQUIRED_REPORT_MISSING', {}, 'a sealed report is asked for, and none could be verified')
  }

  #requireOf({ chainId, result, checkpoints }: EvidenceChainResult, dated: string | undefined): void {
    const { policy, now } = this.#judging
    const { checkpoints: logs, receiptsUntil, maxCheckpointAgeHours } = policy
    const lacks = (code: EvidenceProblem['code'], what: string) =>
      this.#problem(code, { chainId }, `chain ${chainId}: ${what}`)
    const ended = result.scope.tail === 'chain-end'
    if (receiptsUntil !== undefined && !ended && (dated === undefined || dated < receiptsUntil))
      lacks(
        'REQUIRED_RECEIPTS_MISSING',
        `receipts until ${receiptsUntil} are asked for, and it does not reach that time`,
      )
    if (logs === undefined) return
    if (checkpoints.length === 0)
      lacks('REQUIRED_CHECKPOINT_MISSING', 'a checkpoint is asked for, and none that the policy trusts holds it')
    if (logs.quorum !== 'none' && !checkpoints.some(({ witnessed }) => witnessed))
      lacks('REQUIRED_WITNESS_MISSING', 'witnesses are asked for, and too few have seen it')
    if (maxCheckpointAgeHours === undefined) return
    const oldest = new Date(now.getTime() - maxCheckpointAgeHours * HOUR_MS).toISOString()
    const seen = checkpoints.some(({ witnessedAt, stampedAt }) => (witnessedAt ?? stampedAt ?? '') >= oldest)
    if (!seen) lacks('REQUIRED_CHECKPOINT_OLD', `nobody has seen a checkpoint of it within ${maxCheckpointAgeHours} h`)
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
      newest === undefined || archived === undefined
        ? undefined
        : timestampIn(await lineOfMember(this.#file, archived, newest.size - 1))
    const waited = Date.parse(newest?.stampedAt ?? '') - Date.parse(dated ?? '')
    // a receipt that is dated behind its stamp, by more than clocks differ, dates nothing
    if (waited <= timestamp.withinHours * HOUR_MS && waited >= -MAX_AHEAD_MS) return
    const why = `a time stamp within ${timestamp.withinHours} h is asked for, and there is none`
    this.#problem('REQUIRED_TIMESTAMP_MISSING', { chainId }, `chain ${chainId}: ${why}`)
  }

  #result(
    sealed: Sealed | undefined,
    chains: readonly EvidenceChainResult[],
    checkpoints: EvidenceResult['checkpoints'],
    reported: boolean,
  ): EvidenceResult {
    const { problems } = this
    const facts = { problems, chains, reported, policy: this.#judging.policy, keyId: sealed?.signature?.keyId }
    return {
      verdict: evidenceVerdict(problems),
      problems,
      ...(sealed && { digest: sealed.digest, madeAt: sealed.manifest.madeAt }),
      ...(sealed?.signature && { keyId: sealed.signature.keyId }),
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
