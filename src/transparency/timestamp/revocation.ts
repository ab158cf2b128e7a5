/** Revocation lists, as they were given: what they say of a chain. Nothing is ever fetched. */
import { equalBytes, toHex } from '../../primitives/bytes.js'
import { malformed } from '../../tlog/malformed.js'
import {
  type AlgorithmId,
  algorithmOf,
  certificateTime,
  context,
  type Der,
  generalizedTime,
  integerBytes,
  membersOf,
  readDer,
  tags,
  wholeBits,
} from './asn1.js'
import {
  authorityKeyIdOf,
  type Cert,
  constraintsOf,
  type Extension,
  extensionIds,
  extensionsOf,
  keyUsageOf,
  subjectKeyIdOf,
  usages,
  wrappedExtensions,
} from './certificate.js'
import type { Report } from './findings.js'
import { type NameKey, nameOf } from './name.js'
import type { Path } from './path.js'
import { checkSignature } from './signature.js'

const ids = {
  ...extensionIds,
  reason: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaIndicator: '2.5.29.27',
  distributionPoint: '2.5.29.28',
  expiredOnList: '2.5.29.60',
} as const

/** CRLReason (RFC 5280, 5.3.1). */
const reasons = { affiliationChanged: 3, superseded: 4, cessationOfOperation: 5, certificateHold: 6, removeFromCRL: 8 }
/** The key was good until then; a reason that is missing or says nothing is not among them (RFC 3161, 4). */
const harmless: readonly (number | undefined)[] = [
  reasons.affiliationChanged,
  reasons.superseded,
  reasons.cessationOfOperation,
]

const what = 'revocation list'
const CLOCKS_MAY_DIFFER_MS = 300_000

interface Entry {
  /** From when on the key is not to be trusted, in milliseconds since 1970. */
  readonly since: number
  readonly reason: number | undefined
}

/** A revocation list. */
export interface Crl {
  readonly issuerName: NameKey
  readonly thisUpdate: number
  readonly tbs: Uint8Array
  readonly algorithm: AlgorithmId
  readonly signature: Uint8Array
  readonly extensions: ReadonlyMap<string, Extension>
  /** By the serial number in hex. */
  readonly entries: ReadonlyMap<string, readonly Entry[]>
  /** Has what is not understood here and must be. */
  readonly unsupported: boolean
  /** Whether it speaks of all certificates of its issuer, so that one that is not on it was not revoked. */
  readonly whole: boolean
  /** Whether revoked certificates stay on it when they have expired. */
  readonly keepsExpired: boolean
}

/** One of `revokedCertificates`. */
function entryOf(der: Der): Entry & { readonly serial: string; readonly unsupported: boolean } {
  const members = membersOf(der, what)
  const serial = toHex(integerBytes(members.any(), what))
  const revokedAt = certificateTime(members.any(), what)
  const list = members.maybe(tags.sequence)
  members.end()
  const extensions = list === undefined ? new Map<string, Extension>() : extensionsOf(list, what)
  const reason = extensions.get(ids.reason)
  const code = reason && readDer(reason.value, what)
  const invalidity = extensions.get(ids.invalidityDate)
  const bad =
    invalidity === undefined ? Number.POSITIVE_INFINITY : generalizedTime(readDer(invalidity.value, what), what).ms
  const known: readonly string[] = [ids.reason, ids.invalidityDate]
  return {
    serial,
    since: Math.min(revokedAt, bad),
    reason: code?.tag === tags.enumerated && code.content.length === 1 ? code.content[0] : undefined,
    unsupported: [...extensions].some(([id, { critical }]) => critical && !known.includes(id)),
  }
}

const VERSION_2 = Uint8Array.of(1)

/** Members of a TBSCertList (RFC 5280, 5.1.2), in their order and nothing else. */
function tbsOf(tbs: Der, algorithm: AlgorithmId) {
  const members = membersOf(tbs, what)
  const version = members.maybe(tags.integer)
  if (version !== undefined && !equalBytes(version.content, VERSION_2)) throw malformed(what, 'its version is not 2')
  // what is signed must name the algorithm that signed it
  if (!equalBytes(members.take(tags.sequence).raw, algorithm.raw))
    throw malformed(what, 'it names two signature algorithms')
  const issuerName = nameOf(members.any(), what)
  const thisUpdate = certificateTime(members.any(), what)
  const nextUpdate = members.maybe(tags.utcTime) ?? members.maybe(tags.generalizedTime)
  if (nextUpdate !== undefined) certificateTime(nextUpdate, what)
  const revoked = members.maybe(tags.sequence)?.children ?? []
  const extensions = wrappedExtensions(members.maybe(context(0)), what)
  members.end()
  return { issuerName, thisUpdate, revoked, extensions }
}

/**
 * @param der - a CertificateList
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function readCrl(der: Uint8Array): Crl {
  const whole = membersOf(readDer(der, what), what)
  const tbs = whole.take(tags.sequence)
  const algorithm = algorithmOf(whole.take(tags.sequence), what)
  const signature = wholeBits(whole.any(), what)
  whole.end()
  const { issuerName, thisUpdate, revoked, extensions } = tbsOf(tbs, algorithm)
  const entries = new Map<string, Entry[]>()
  let unsupported = false
  for (const one of revoked) {
    const { serial, unsupported: odd, ...entry } = entryOf(one)
    unsupported ||= odd
    const before = entries.get(serial)
    if (before === undefined) entries.set(serial, [entry])
    else before.push(entry)
  }
  // One of several lists, or of changes: what is on it counts, what is not says nothing. An indirect one is of other issuers.
  const point = extensions.get(ids.distributionPoint)
  const indirect =
    point !== undefined &&
    readDer(point.value, what).children.some(({ tag, content }) => tag === 0x84 && content[0] !== 0)
  const known: readonly string[] = [ids.distributionPoint, ids.deltaIndicator]
  unsupported ||= indirect || [...extensions].some(([id, { critical }]) => critical && !known.includes(id))
  return {
    issuerName,
    thisUpdate,
    tbs: tbs.raw,
    algorithm,
    signature,
    extensions,
    entries,
    unsupported,
    whole: !extensions.has(ids.distributionPoint) && !extensions.has(ids.deltaIndicator),
    keepsExpired: extensions.has(ids.expiredOnList),
  }
}

/** Whether the list is one of this issuer's, and why it can't be used. */
function standingOf(crl: Crl, issuer: Cert, now: number): 'usable' | 'unusable' | 'other' {
  if (crl.issuerName !== issuer.subjectName) return 'other'
  const [named, own] = [authorityKeyIdOf(crl.extensions), subjectKeyIdOf(issuer)]
  // An authority that changed its key has lists by either.
  if (named !== undefined && own !== undefined && named !== own) return 'other'
  const usage = keyUsageOf(issuer)
  const mayList = constraintsOf(issuer).ca && (usage === undefined || usage.has(usages.crlSign))
  const good = checkSignature(crl.algorithm, issuer.key, crl.tbs, crl.signature) === 'good'
  const dated = crl.thisUpdate <= now + CLOCKS_MAY_DIFFER_MS
  return mayList && good && dated && !crl.unsupported ? 'usable' : 'unusable'
}

function checkEntry({ reason, since }: Entry, latestMs: number, cert: Cert, report: Report): void {
  if (reason === reasons.removeFromCRL) return
  if (reason === reasons.certificateHold)
    report('CERTIFICATE_ON_HOLD', 'a certificate in the chain is on hold', cert.id)
  else if (!harmless.includes(reason))
    report(
      'CERTIFICATE_REVOKED',
      'a certificate in the chain is revoked for a reason that leaves no stamp good',
      cert.id,
    )
  else if (latestMs >= since)
    report('CERTIFICATE_REVOKED', 'a certificate in the chain was revoked before the stamp', cert.id)
}

/** What is asked of the lists. */
export interface RevocationQuestion {
  /** By then the stamp was made, in milliseconds since 1970. */
  readonly latestMs: number
  readonly now: number
  readonly required: boolean
  /** As the verifier gave them. */
  readonly given: readonly Crl[]
  /** As they came with the token: they can only count against it. */
  readonly carried: readonly Crl[]
}

/** Whether one of a chain's certificates below the anchor is revoked, by the lists that there are. */
export function checkRevocation({ certificates }: Path, question: RevocationQuestion, report: Report): void {
  const { latestMs, now, required, given, carried } = question
  for (const [at, cert] of certificates.slice(0, -1).entries()) {
    const issuer = certificates[at + 1]
    if (issuer === undefined) return
    const serial = toHex(cert.serial)
    let covered = false
    for (const crl of [...given, ...carried]) {
      const standing = standingOf(crl, issuer, now)
      if (standing === 'unusable' && given.includes(crl))
        report('CRL_UNUSABLE', 'a revocation list of an authority in the chain can not be used', issuer.id)
      if (standing !== 'usable') continue
      for (const entry of crl.entries.get(serial) ?? []) checkEntry(entry, latestMs, cert, report)
      const inTime = crl.thisUpdate >= latestMs && (crl.keepsExpired || crl.thisUpdate <= cert.notAfter)
      covered ||= crl.whole && inTime && given.includes(crl)
    }
    if (required && !covered)
      report(
        'REVOCATION_UNKNOWN',
        'no revocation list from after the stamp speaks of a certificate in the chain',
        cert.id,
      )
  }
}
