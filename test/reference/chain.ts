/** A chain, judged by docs/verification.md: everything is kept in memory and looked at as often as needed. */
import { createHash } from 'node:crypto'
import { canonical, type Members, type Value } from './json.js'
import { covers, type Entry } from './keyring.js'
import { at } from './members.js'
import { bytesOfHex, type LineReport, lineFault, type Receipt, reportOfLine, sha256, signedBy } from './receipt.js'

/** As the published vectors write options, but for the keyring. */
export interface Asked {
  readonly now: string
  readonly chainId?: string | undefined
  readonly expect?:
    | {
        readonly root?: string | undefined
        readonly head?: { readonly seq: number; readonly receiptHash: string } | undefined
        readonly fromSeq?: number | undefined
        readonly toSeq?: number | undefined
        readonly minReceipts?: number | undefined
      }
    | undefined
  readonly requireTail?: boolean | undefined
  readonly acceptPruned?: { readonly minDays: number } | undefined
  readonly anchors?:
    | readonly {
        readonly chainId: string
        readonly size: number
        readonly rootHash: string
        readonly witnessedAt?: string | undefined
      }[]
    | undefined
}

/** One line as it stands in a file: its bytes, or a text from memory. */
export interface Line {
  readonly content: Uint8Array | string
  readonly terminated: boolean
}

/** What a verifier must find, as far as the pages say. */
export interface Expectation {
  readonly verdict: 'VALID' | 'INVALID' | 'INCOMPLETE'
  /** Whether the pages leave the verdict open: then only a code that they allow is held against it. */
  readonly open: boolean
  readonly must: ReadonlySet<string>
  readonly oneOf: readonly ReadonlySet<string>[]
  readonly may: ReadonlySet<string>
  /** The same by line, for what is about one line. */
  readonly lines: readonly { readonly must: ReadonlySet<string>; readonly may: ReadonlySet<string> }[]
  /** `undefined` where a line is in doubt. */
  readonly notices: ReadonlySet<string> | undefined
  /** Certain where the verdict is VALID. */
  readonly scope: {
    readonly chainId: string | undefined
    readonly root: string | undefined
    readonly fromSeq: number | undefined
    readonly toSeq: number | undefined
    readonly tail: string
  }
  readonly checked: number
}

export const incomplete = new Set([
  'EMPTY',
  'STARTS_LATE',
  'HEAD_NOT_REACHED',
  'CHECKPOINT_NOT_REACHED',
  'KEY_UNKNOWN',
  'KEY_REVOKED_UNDATED',
  'PRUNED',
  'LINE_UNTERMINATED',
  'UNSUPPORTED',
  'TAIL_UNPROVED',
])

const DAY_MS = 86_400_000
const placeCodes = ['SEQ_GAP', 'SEQ_REPEATED', 'LINK_MISMATCH', 'TIME_WENT_BACK', 'GENESIS_MISMATCH', 'STARTS_LATE']
const keyCodes = [
  'KEY_UNKNOWN',
  'KEY_NOT_ALLOWED',
  'KEY_OUTSIDE_WINDOW',
  'KEY_REVOKED',
  'KEY_REVOKED_UNDATED',
  'DELEGATION_INVALID',
]

/** One receipt with a place, and what is known of it. */
interface Placed {
  readonly receipt: Receipt
  readonly found: Found
  standing: Standing
}

/** What a line must and may be found for; lines share nothing. */
class Found {
  readonly must: Set<string>
  readonly oneOf: Set<string>
  readonly may: Set<string>
  /** What is wrong with the receipt by itself; then nothing that it says is believed. */
  readonly fails: boolean

  constructor({ must, oneOf, may }: LineReport) {
    this.must = new Set(must)
    this.oneOf = new Set(oneOf)
    this.may = new Set(may)
    this.fails = must.size + oneOf.size > 0
  }

  /** Nothing that the members say is certain. */
  get isDoubtful(): boolean {
    return this.may.has('FIELD_INVALID')
  }

  get isClean(): boolean {
    return this.must.size + this.oneOf.size + this.may.size === 0
  }

  /** What must be found may be found. */
  doubt(codes: readonly string[]): void {
    for (const code of codes) {
      this.may.add(code)
      this.must.delete(code)
      this.oneOf.delete(code)
    }
  }

  allow(codes: readonly string[]): void {
    for (const code of codes) this.may.add(code)
  }
}

/** What a key may do where it signed. */
type Standing =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'keyring' | 'rotated'; readonly entry: Entry }
  | { readonly kind: 'delegate'; readonly root: string }

const reportOf = ({ content }: Line): LineReport => {
  if (typeof content === 'string') return reportOfLine(content)
  try {
    return reportOfLine(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content))
  } catch {
    return lineFault(content.length > 131_072 ? 'LINE_TOO_LONG' : 'LINE_MALFORMED')
  }
}

/** RFC 9162, section 2.1. */
function treeRoot(leaves: readonly Buffer[]): Buffer {
  const hash = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  if (leaves.length === 0) return hash()
  if (leaves.length === 1) return hash(Buffer.of(0), leaves[0] as Buffer)
  let half = 1
  while (half * 2 < leaves.length) half *= 2
  return hash(Buffer.of(1), treeRoot(leaves.slice(0, half)), treeRoot(leaves.slice(half)))
}

const leafOf = ({ receiptHash, signature }: Receipt) => Buffer.concat([bytesOfHex(receiptHash), bytesOfHex(signature)])

/** The lines of a file: cut at each line feed, the rest is a last line without one. */
export function linesOfFile(file: Uint8Array): Line[] {
  const lines: Line[] = []
  let start = 0
  for (let end = file.indexOf(10); end >= 0; end = file.indexOf(10, start)) {
    lines.push({ content: file.subarray(start, end), terminated: true })
    start = end + 1
  }
  if (start < file.length) lines.push({ content: file.subarray(start), terminated: false })
  return lines
}

/** Judges a chain. */
export function judgeChain(lines: readonly Line[], keyring: ReadonlyMap<string, Entry>, asked: Asked): Expectation {
  const { expect = {}, anchors = [] } = asked
  const latest = new Date(Date.parse(asked.now) + 5 * 60_000).toISOString()
  const all: Found[] = []
  const notices = new Set<string>()
  let unread = false
  const placed: Placed[] = []
  const end: Found = new Found(lineFault())
  /** Something of unknown place stands before. */
  let doubt = false
  let doubtEver = false
  /** It may or may not have a place. */
  let lastingDoubt = false
  /** Whose chain it is can't be told for certain. */
  let chainId = asked.chainId
  let chainDoubt = false
  let version: string | undefined
  let versionDoubt = false
  let ended = false
  let endDoubt = false
  let headDoubt = false
  let headSeen: 'match' | 'mismatch' | undefined

  const delegations = new Map<string, Members[]>()
  const rotations = new Map<string, string>()
  const revocations = new Map<string, string>()
  /** The trust that a receipt was to extend is uncertain from here on. */
  let trustDoubt = false

  const standingOf = (keyId: string): Standing => {
    const entry = keyring.get(keyId)
    if (entry) return { kind: 'keyring', entry }
    const before = rotations.get(keyId)
    if (before !== undefined) {
      const from = standingOf(before)
      return 'entry' in from ? { kind: 'rotated', entry: from.entry } : { kind: 'unknown' }
    }
    const certificate = delegations.get(keyId)?.at(-1)
    return certificate ? { kind: 'delegate', root: certificate.get('root') as string } : { kind: 'unknown' }
  }

  /** A key and all that it derives from. */
  const lineage = (keyId: string): string[] => {
    const keys = [keyId]
    for (let key = keyId; ; ) {
      if (keyring.has(key)) return keys
      const next = rotations.get(key) ?? (delegations.get(key)?.at(-1)?.get('root') as string | undefined)
      if (next === undefined || keys.includes(next)) return keys
      keys.push(next)
      key = next
    }
  }

  const revokedAt = (keyId: string): string | undefined => {
    const times = [keyring.get(keyId)?.revokedAt, revocations.get(keyId)].filter((time) => time !== undefined)
    return times.sort()[0]
  }

  /** What a certificate gets wrong; `root` where only its root is unknown. */
  const certificateFault = (
    receipt: Receipt,
    certificate: Members,
    signature: string,
  ): 'wrong' | 'root' | undefined => {
    const text = (name: string) => certificate.get(name) as string
    const [root, notBefore, notAfter] = [text('root'), text('notBefore'), text('notAfter')]
    const uses = certificate.get('uses') as Value[]
    const message = `quittance/1 delegation\n${sha256(canonical(certificate))}\n`
    if (text('delegate') !== receipt.keyId || root === receipt.keyId) return 'wrong'
    if (uses.length !== 1 || !covers(certificate.get('chains') as string[], receipt.chainId)) return 'wrong'
    if (!signedBy(root, message, signature)) return 'wrong'
    if (receipt.timestamp < notBefore || receipt.timestamp >= notAfter) return 'wrong'
    const standing = standingOf(root)
    if (standing.kind === 'delegate') return 'wrong'
    // a root stands in the keyring itself
    if (standing.kind !== 'keyring') return 'root'
    const { entry } = standing
    if (!entry.uses.includes('delegate') || !covers(entry.chains, receipt.chainId)) return 'wrong'
    if (entry.validFrom !== undefined && notBefore < entry.validFrom) return 'wrong'
    if (entry.validUntil !== undefined && notBefore >= entry.validUntil) return 'wrong'
    return undefined
  }

  const takeCertificate = (receipt: Receipt, found: Found): 'bad' | undefined => {
    if (at(receipt.members, 'key', 'event') !== 'delegate') return undefined
    if (found.fails) {
      // not believed; whether it is judged all the same, the page does not say
      found.allow(['DELEGATION_INVALID', 'KEY_UNKNOWN'])
      return 'bad'
    }
    const certificate = at(receipt.members, 'key', 'certificate') as Members
    const fault = certificateFault(receipt, certificate, at(receipt.members, 'key', 'certificateSignature') as string)
    if (fault === 'wrong') found.must.add('DELEGATION_INVALID')
    if (fault === 'root') found.must.add('KEY_UNKNOWN')
    if (fault !== undefined) return 'bad'
    // a key that comes to its trust in two ways: the pages don't say which counts
    if (rotations.has(receipt.keyId)) trustDoubt = true
    delegations.set(receipt.keyId, [...(delegations.get(receipt.keyId) ?? []), certificate])
    return undefined
  }

  const judgeKey = (receipt: Receipt, found: Found): Standing => {
    const bad = takeCertificate(receipt, found)
    const standing = standingOf(receipt.keyId)
    const event = at(receipt.members, 'key', 'event')
    const type = receipt.members.get('eventType')
    if (bad && standing.kind !== 'unknown') found.allow(keyCodes)
    if (standing.kind === 'unknown') {
      // one that names a certificate which is wrong is not unknown: it is refused
      if (bad || trustDoubt) found.may.add('KEY_UNKNOWN')
      else found.must.add('KEY_UNKNOWN')
      return standing
    }
    if (standing.kind === 'delegate') {
      const covering = (delegations.get(receipt.keyId) ?? []).map(
        (one) =>
          receipt.timestamp >= (one.get('notBefore') as string) && receipt.timestamp < (one.get('notAfter') as string),
      )
      // the last one is the one that was renewed; whether an earlier one still holds, the page does not say
      const rotates = event === 'rotate' && type === 'key'
      if (!covering.includes(true)) {
        if (rotates) found.oneOf.add('DELEGATION_INVALID').add('KEY_NOT_ALLOWED')
        else found.must.add('DELEGATION_INVALID')
        return standing
      }
      if (rotates) found.must.add('KEY_NOT_ALLOWED')
      if (covering.at(-1) !== true) found.may.add('DELEGATION_INVALID')
      return standing
    }
    const { entry } = standing
    const uses = ['receipt']
    if (type === 'retention') uses.push('retention')
    if (type === 'system' && at(receipt.members, 'system', 'event') === 'report') uses.push('report')
    if (type === 'key' && (event === 'rotate' || event === 'revoke')) uses.push(event)
    const refused = new Set<string>()
    if (!uses.some((use) => entry.uses.includes(use))) refused.add('KEY_NOT_ALLOWED')
    if (!covers(entry.chains, receipt.chainId)) refused.add('KEY_NOT_ALLOWED')
    if (standing.kind === 'keyring') {
      const { validFrom, validUntil } = entry
      if (
        (validFrom !== undefined && receipt.timestamp < validFrom) ||
        (validUntil !== undefined && receipt.timestamp >= validUntil)
      )
        refused.add('KEY_OUTSIDE_WINDOW')
    }
    // of several reasons the pages name no first
    for (const code of refused) (refused.size === 1 ? found.must : found.oneOf).add(code)
    return standing
  }

  /** Keys that a receipt revokes of which the pages leave open whether it counts: then from when they are revoked is open too. */
  const perhapsRevoked = new Set<string>()

  /** Learns what a receipt says of keys. */
  const learn = (receipt: Receipt, found: Found, standing: Standing) => {
    const event = at(receipt.members, 'key', 'event')
    if (receipt.members.get('eventType') !== 'key' || found.fails || standing.kind === 'unknown') return
    if (event !== 'rotate' && event !== 'revoke') return
    // to narrow trust any key will do that may sign the receipt; to extend it, it takes the use
    if (event === 'rotate' && !('entry' in standing && standing.entry.uses.includes('rotate'))) return
    const revoked = lineage(receipt.keyId).map(revokedAt)
    if (revoked.some((time) => time !== undefined && receipt.timestamp >= time)) return
    // revoked by now: whether its word counts depends on what the rest of the chain shows
    if (revoked.some((time) => time !== undefined)) trustDoubt = true
    if (!found.isClean) {
      trustDoubt = true
      if (event === 'revoke') perhapsRevoked.add(at(receipt.members, 'key', 'keyId') as string)
      return
    }
    if (event === 'rotate') {
      const next = at(receipt.members, 'key', 'newKeyId') as string
      // one that is there already in the same words changes nothing
      if (keyring.has(next) || rotations.get(next) === receipt.keyId) return
      if (rotations.has(next) || delegations.has(next) || next === receipt.keyId) trustDoubt = true
      else rotations.set(next, receipt.keyId)
      return
    }
    const keyId = at(receipt.members, 'key', 'keyId') as string
    const effective = at(receipt.members, 'key', 'effectiveAt') as string
    const before = revocations.get(keyId)
    if (before === undefined || effective < before) revocations.set(keyId, effective)
  }

  lines.forEach((line, index) => {
    const report = reportOf(line)
    const { receipt } = report
    if (!line.terminated && index === lines.length - 1) {
      // a last line without its line feed is judged as incomplete, whatever is left of it
      if (report.must.has('LINE_MALFORMED')) {
        all.push(new Found(lineFault('LINE_UNTERMINATED')))
        unread = true
        doubt = true
        return
      }
      if (receipt === undefined) {
        for (const code of [...report.must, ...report.oneOf]) {
          report.may.add(code)
        }
        report.must.clear()
        report.oneOf.clear()
      }
      report.must.add('LINE_UNTERMINATED')
    }
    for (const code of report.notices) notices.add(code)
    if (receipt === undefined) unread = true
    const found = new Found(report)
    all.push(found)
    if (trustDoubt) found.allow(keyCodes)
    if (lastingDoubt) found.allow(['HEAD_MISMATCH', ...placeCodes])
    if (report.version !== undefined) {
      // whether a line counts here that is wrong otherwise, the page does not say
      if (version === undefined && report.partial) versionDoubt = true
      version ??= report.version
      if (versionDoubt) found.may.add('VERSION_CHANGED')
      if (report.version !== version) (versionDoubt || report.partial ? found.may : found.must).add('VERSION_CHANGED')
    } else if (version === undefined) versionDoubt = true
    if (receipt === undefined && report.version !== undefined && report.version !== 'quittance/1') {
      // of another format, which is not this release's to judge
      doubt = true
      if (asked.chainId === undefined && placed.length === 0) chainDoubt = true
      return
    }
    if (receipt === undefined) {
      doubt = true
      if (report.partial) lastingDoubt = true
      doubtEver = true
      if (asked.chainId === undefined && placed.length === 0) chainDoubt = true
      found.allow([
        ...placeCodes,
        'CHAIN_MISMATCH',
        'TIME_IN_FUTURE',
        'HEAD_MISMATCH',
        'CHECKPOINT_MISMATCH',
        ...keyCodes,
      ])
      return
    }
    if (chainDoubt) found.may.add('CHAIN_MISMATCH')
    chainId ??= receipt.chainId
    if (receipt.chainId !== chainId) {
      if (!chainDoubt) found.must.add('CHAIN_MISMATCH')
      else {
        lastingDoubt = true
        doubt = true
        found.allow([...placeCodes, ...keyCodes, 'HEAD_MISMATCH', 'TIME_IN_FUTURE', 'SIGNATURE_INVALID'])
      }
      return
    }
    const previous = placed.at(-1)?.receipt
    // whether what is wrong by itself is held against its place as well, the page does not say
    const certain = doubt || found.isDoubtful ? found.may : found.must
    const { head } = expect
    if (previous !== undefined && receipt.seq <= previous.seq) {
      certain.add('SEQ_REPEATED')
      if (report.badCountersignature) found.may.add('SIGNATURE_INVALID')
      if (head?.seq === receipt.seq) headDoubt = true
      found.allow([
        ...keyCodes,
        'TIME_WENT_BACK',
        'TIME_IN_FUTURE',
        'HEAD_MISMATCH',
        'LINK_MISMATCH',
        'GENESIS_MISMATCH',
      ])
      // what it says of keys is in no place
      if (at(receipt.members, 'key') !== undefined) trustDoubt = true
      return
    }
    if (head && head.seq === receipt.seq) {
      headSeen = head.receiptHash === receipt.receiptHash ? 'match' : 'mismatch'
      if (headSeen === 'mismatch') certain.add('HEAD_MISMATCH')
      if (found.isDoubtful) headDoubt = true
    }
    if (receipt.seq === 0) {
      if (receipt.prevReceiptHash !== sha256(`quittance/1 genesis\n${chainId}\n`)) certain.add('GENESIS_MISMATCH')
      if (expect.root !== undefined && expect.root !== receipt.receiptHash) certain.add('GENESIS_MISMATCH')
    }
    if (previous !== undefined) {
      if (receipt.seq > previous.seq + 1) certain.add('SEQ_GAP')
      else if (receipt.prevReceiptHash !== previous.receiptHash) certain.add('LINK_MISMATCH')
      if (receipt.timestamp < previous.timestamp) certain.add('TIME_WENT_BACK')
    }
    if (doubt) found.allow(placeCodes)
    if (receipt.timestamp > latest) certain.add('TIME_IN_FUTURE')
    if (report.badCountersignature) (found.fails || lastingDoubt ? found.may : found.must).add('SIGNATURE_INVALID')
    if (ended) found.must.add('HEAD_MISMATCH')
    else if (endDoubt) found.may.add('HEAD_MISMATCH')
    const standing = judgeKey(receipt, found)
    learn(receipt, found, standing)
    placed.push({ receipt, found, standing })
    doubt = lastingDoubt
    if (found.isDoubtful) found.doubt(keyCodes)
    if (lastingDoubt) found.doubt([...keyCodes, ...placeCodes, 'HEAD_MISMATCH', 'TIME_IN_FUTURE'])
    const isEnd = at(receipt.members, 'system', 'event') === 'chain_end'
    if (isEnd && !found.fails && standing.kind !== 'unknown') {
      const revoked = lineage(receipt.keyId).map(revokedAt)
      const over = revoked.some((time) => time !== undefined && receipt.timestamp >= time)
      if (over) return
      if (found.isClean && revoked.every((time) => time === undefined)) ended = true
      // whether a key counts that is refused here, or a receipt that is out of place
      else endDoubt = true
    }
  })

  const gap = placed.some(({ found }) => found.must.has('SEQ_GAP') || found.may.has('SEQ_GAP'))
  const first = placed[0]?.receipt
  const last = placed.at(-1)?.receipt

  // checkpoints
  const matched: { readonly size: number; readonly witnessedAt?: string | undefined }[] = []
  for (const anchor of anchors) {
    if (anchor.chainId !== chainId) {
      if (chainDoubt || chainId === undefined) end.allow(['CHECKPOINT_NOT_REACHED', 'CHECKPOINT_MISMATCH'])
      continue
    }
    const whole = first?.seq === 0 && !gap
    if (whole && placed.length >= anchor.size) {
      const root = `sha256:${treeRoot(placed.slice(0, anchor.size).map(({ receipt }) => leafOf(receipt))).toString('hex')}`
      if (root === anchor.rootHash) matched.push(anchor)
      else end.must.add('CHECKPOINT_MISMATCH')
    } else if (gap || doubtEver) end.allow(['CHECKPOINT_NOT_REACHED', 'CHECKPOINT_MISMATCH'])
    else end.must.add('CHECKPOINT_NOT_REACHED')
  }
  if (doubtEver && anchors.length > 0) end.allow(['CHECKPOINT_NOT_REACHED', 'CHECKPOINT_MISMATCH'])

  // revocations, with all that is known at the end
  placed.forEach(({ receipt, found, standing }, index) => {
    for (const key of lineage(receipt.keyId)) {
      const time = revokedAt(key)
      if (time === undefined || standing.kind === 'unknown') continue
      const others = found.must.size + found.oneOf.size > 0
      if (receipt.timestamp >= time && lastingDoubt) {
        found.may.add('KEY_REVOKED')
        continue
      }
      if (receipt.timestamp >= time) {
        // it was learnt only afterwards: what a verifier that does not keep all receipts can still say, the page leaves open
        if (keyring.get(key)?.revokedAt === undefined) end.may.add('KEY_REVOKED_UNDATED')
        // a receipt that is refused for its key already need not be refused for it again
        const already = [...found.must, ...found.oneOf].some((code) => keyCodes.includes(code) && !incomplete.has(code))
        if (already) found.may.add('KEY_REVOKED')
        else found.must.add('KEY_REVOKED')
        continue
      }
      const witness = (one: Placed) =>
        one.standing.kind !== 'unknown' && one.receipt.timestamp < time && !lineage(one.receipt.keyId).includes(key)
      const later = placed.slice(index + 1).filter(witness)
      const unrevoked = later.filter((one) => lineage(one.receipt.keyId).every((each) => revokedAt(each) === undefined))
      const dated =
        unrevoked.some((one) => one.found.isClean) ||
        matched.some(({ size, witnessedAt }) => size > receipt.seq && witnessedAt !== undefined && witnessedAt < time)
      if (dated && !doubtEver) continue
      const isOpen = others || perhapsRevoked.has(key)
      if (dated || later.length > 0 || isOpen || doubtEver) end.may.add('KEY_REVOKED_UNDATED')
      if (!dated && unrevoked.length === 0 && !isOpen) end.must.add('KEY_REVOKED_UNDATED')
    }
  })

  // what was asked for
  const fromSeq = expect.fromSeq ?? 0
  if (lines.length === 0) end.must.add('EMPTY')
  if (placed.length === 0)
    end.allow(['EMPTY', 'STARTS_LATE', 'HEAD_NOT_REACHED', 'TAIL_UNPROVED', 'CHECKPOINT_NOT_REACHED'])
  // lines without a place may be what is missing
  const unplacedFirst = all[0] !== placed[0]?.found
  if (first !== undefined && first.seq > fromSeq) {
    const prunes = placed.filter(
      ({ receipt: { members } }) =>
        at(members, 'retention', 'event') === 'prune' &&
        at(members, 'retention', 'through', 'seq') === first.seq - 1 &&
        at(members, 'retention', 'through', 'receiptHash') === first.prevReceiptHash,
    )
    const believed = prunes.filter(
      ({ standing, found }) =>
        standing.kind === 'keyring' && standing.entry.uses.includes('retention') && found.isClean,
    )
    const prune = believed[0]
    if (prune === undefined) {
      if (prunes.length > 0) end.allow(['PRUNED', 'STARTS_LATE'])
      if (doubtEver || unplacedFirst) end.may.add('STARTS_LATE')
      else if (prunes.some(({ found }) => !found.isClean)) end.may.add('STARTS_LATE')
      else end.must.add('STARTS_LATE')
    } else {
      const kept = Date.parse(first.timestamp) + (asked.acceptPruned?.minDays ?? Number.POSITIVE_INFINITY) * DAY_MS
      if (!(kept <= Date.parse(prune.receipt.timestamp))) end.must.add('PRUNED')
      else if (expect.root !== undefined) end.oneOf.add('STARTS_LATE').add('PRUNED')
    }
  }
  if (first !== undefined && first.seq > 0 && expect.root !== undefined && !end.oneOf.has('STARTS_LATE')) {
    if (end.must.has('PRUNED') || doubtEver || unplacedFirst) end.may.add('STARTS_LATE')
    else end.must.add('STARTS_LATE')
  }
  const reached = end.must
  const { head, toSeq, minReceipts } = expect
  const beyond =
    (head !== undefined && headSeen === undefined) ||
    (toSeq !== undefined && (last === undefined || last.seq < toSeq)) ||
    (expect.fromSeq !== undefined && last !== undefined && last.seq < expect.fromSeq) ||
    (minReceipts !== undefined && lines.length < minReceipts)
  if (beyond) (doubtEver || headDoubt || last === undefined ? end.may : reached).add('HEAD_NOT_REACHED')
  const tail = tailOf()
  const endsInDoubt = at(last?.members, 'system', 'event') === 'chain_end' && (trustDoubt || endDoubt)
  if (asked.requireTail && (headDoubt || endsInDoubt)) end.may.add('TAIL_UNPROVED')
  else if (asked.requireTail && tail === 'unproved')
    (last === undefined || doubtEver || headDoubt ? end.may : reached).add('TAIL_UNPROVED')

  function tailOf(): string {
    if (last === undefined) return 'unproved'
    const by = placed.at(-1) as Placed
    if (ended && at(last.members, 'system', 'event') === 'chain_end' && by.found.isClean) return 'chain-end'
    if (head !== undefined && head.seq === last.seq && headSeen === 'match') return 'expected-head'
    return matched.some(({ size }) => size === last.seq + 1) ? 'checkpoint' : 'unproved'
  }

  if (lastingDoubt)
    end.doubt([...end.must, ...end.oneOf, 'KEY_REVOKED_UNDATED', 'TAIL_UNPROVED', 'STARTS_LATE', 'PRUNED'])
  const found = [...all, end]
  const must = new Set(found.flatMap((one) => [...one.must]))
  const oneOf = found.map((one) => one.oneOf).filter((one) => one.size > 0)
  const may = new Set(found.flatMap((one) => [...one.may, ...one.oneOf]))
  if (trustDoubt) for (const code of keyCodes) may.add(code)
  const certain = [...must, ...oneOf.flatMap((one) => [...one])]
  const verdict = certain.some((code) => !incomplete.has(code))
    ? 'INVALID'
    : certain.length > 0
      ? 'INCOMPLETE'
      : 'VALID'
  const worse = [...may].some((code) => !must.has(code) && !incomplete.has(code))
  const open = verdict === 'INVALID' ? false : worse || (verdict === 'VALID' && may.size > 0)
  const scope = {
    chainId,
    root: first?.seq === 0 ? first.receiptHash : undefined,
    fromSeq: first?.seq,
    toSeq: last?.seq,
    tail,
  }
  // a retrospect names one line for many, or none
  const passing = trustDoubt ? ['KEY_REVOKED', ...keyCodes] : ['KEY_REVOKED']
  const byLine = all.map((one) => ({
    must: new Set([...one.must].filter((code) => code !== 'KEY_REVOKED')),
    may: new Set([...one.may, ...one.oneOf, ...passing]),
  }))
  return {
    verdict,
    open,
    must,
    oneOf,
    may,
    lines: byLine,
    notices: unread ? undefined : notices,
    scope,
    checked: lines.length,
  }
}
