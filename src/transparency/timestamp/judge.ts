/** What a verification goes through: the options read, and one token judged by them. */

import { QuittanceError } from '../../errors.js'
import { equalBytes, utf8 } from '../../primitives/bytes.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { derBlocks } from './asn1.js'
import { type Cert, readCertificate } from './certificate.js'
import { collect, type Report, verdictOf } from './findings.js'
import { digest, hashOf } from './hash.js'
import { type Budget, CHECKS_A_TOKEN, checkPath, type Path, pathsOf, spend } from './path.js'
import { type Crl, checkRevocation, readCrl } from './revocation.js'
import { checkBinding, checkSigned, checkSignerName, checkSignerUse, signerCertificates } from './signer.js'
import { readToken, type Token } from './token.js'
import { claimOf } from './tst-info.js'
import type { ProvedAuthority, TimestampProblem, TimestampResult, VerifyTimestampOptions } from './types.js'

const CLOCKS_MAY_DIFFER_MS = 300_000

const names = {
  authorities: true,
  intermediates: true,
  crls: true,
  requireCrls: true,
  policyOids: true,
  allowExpired: true,
  now: true,
} satisfies Record<keyof VerifyTimestampOptions, true>

/** The options, read and checked. */
export interface TimestampTrust {
  readonly anchors: readonly Cert[]
  readonly intermediates: readonly Cert[]
  readonly crls: readonly Crl[]
  readonly requireCrls: boolean
  readonly policyOids: readonly string[] | undefined
  readonly allowExpired: boolean
  readonly now: number
}

function listOf<T>(given: readonly T[] | undefined, name: string): readonly T[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) throw new TypeError(`options.${name} must be a list`)
  return given
}

/**
 * @throws TypeError, RangeError for a wrong option
 * @throws QuittanceError `TLOG_MALFORMED` for a certificate or list that can't be read
 */
export function readTrust(options: VerifyTimestampOptions): TimestampTrust {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, names, 'options')
  const { authorities, intermediates, crls, requireCrls = false, allowExpired = true, policyOids } = options
  const { now = Date.now() } = options
  if (!Array.isArray(authorities)) throw new TypeError('options.authorities must be a list')
  if (typeof now !== 'number' || !Number.isFinite(now))
    throw new RangeError('options.now must be milliseconds since 1970')
  for (const [name, value] of Object.entries({ requireCrls, allowExpired }))
    if (typeof value !== 'boolean') throw new TypeError(`options.${name} must be a boolean`)
  const policies = policyOids === undefined ? undefined : listOf(policyOids, 'policyOids')
  if (policies?.some((oid) => !/^\d+(\.\d+)+$/.test(String(oid))))
    throw new RangeError('options.policyOids must be dotted decimals')
  const certificates = (given: readonly (string | Uint8Array)[] | undefined, name: string) =>
    listOf(given, name).flatMap((one) => derBlocks(one, 'CERTIFICATE', `options.${name}`).map(readCertificate))
  return {
    anchors: certificates(authorities, 'authorities'),
    intermediates: certificates(intermediates, 'intermediates'),
    crls: listOf(crls, 'crls').flatMap((one) => derBlocks(one, 'X509 CRL', 'options.crls').map(readCrl)),
    requireCrls,
    policyOids: policies,
    allowExpired,
    now,
  }
}

/** What of the token's own baggage can be read: what can't be is as if it were not there. */
function readable<T>(list: readonly Uint8Array[], read: (der: Uint8Array) => T): readonly T[] {
  return list.flatMap((der) => {
    try {
      return [read(der)]
    } catch (error) {
      if (QuittanceError.is(error, 'TLOG_MALFORMED')) return []
      throw error
    }
  })
}

function checkInfo({ info }: Token, message: Uint8Array, trust: TimestampTrust, report: Report): void {
  const { algorithm, bytes } = info.imprint
  const hash = hashOf(algorithm)
  if (hash === undefined) report('TOKEN_UNSUPPORTED', 'the imprint is of a hash that is not known here')
  else if (hash === 'weak') report('ALGORITHM_WEAK', 'the imprint is of a hash that proves nothing any more')
  else if (!equalBytes(bytes, digest(hash, message))) report('IMPRINT_MISMATCH', 'the stamp is on another message')
  if (info.hasCriticalExtension) report('TOKEN_UNSUPPORTED', 'the stamp has a critical extension')
  if (trust.policyOids?.includes(info.policy) === false)
    report('POLICY_NOT_ACCEPTED', 'the stamp was given under a policy that is not accepted')
  if (info.earliestMs > trust.now + CLOCKS_MAY_DIFFER_MS)
    report('STAMP_IN_FUTURE', 'the time of the stamp is yet to come')
}

interface Judged {
  readonly problems: readonly TimestampProblem[]
  readonly authority?: ProvedAuthority
}

const fewest = (all: readonly Judged[]): Judged | undefined =>
  all.toSorted((a, b) => a.problems.length - b.problems.length)[0]

function judgePath(token: Token, path: Path, carried: readonly Crl[], trust: TimestampTrust): Judged {
  const { now, crls: given, requireCrls: required, allowExpired } = trust
  const { info } = token
  const { problems, report } = collect()
  checkBinding(token, path.certificates, report)
  checkPath(path, info.timeMs, report)
  checkRevocation(path, { latestMs: info.latestMs, now, required, given, carried }, report)
  const expired = allowExpired ? undefined : path.certificates.find(({ notAfter }) => notAfter < now)
  if (expired !== undefined) report('AUTHORITY_EXPIRED', 'a certificate in the chain has expired by now', expired.id)
  const [signer, anchor] = [path.certificates[0], path.certificates.at(-1)]
  if (signer === undefined || anchor === undefined) return { problems }
  const authority: ProvedAuthority = {
    subject: signer.subject,
    certificate: signer.id,
    anchor: anchor.id,
    anchorSubject: anchor.subject,
  }
  return { problems, authority }
}

/** What may help to judge a token without being trusted: what came with it, and the certificates between. */
interface Baggage {
  readonly known: readonly Cert[]
  readonly crls: readonly Crl[]
  readonly budget: Budget
}

function judgeSigner(token: Token, signer: Cert, { known, crls, budget }: Baggage, trust: TimestampTrust): Judged {
  const { problems, report } = collect()
  spend(budget, 1)
  checkSigned(token, signer, report)
  checkSignerUse(signer, report)
  checkSignerName(token, signer, report)
  const paths = pathsOf(signer, known, trust.anchors, budget)
  const best = fewest(paths.map((path) => judgePath(token, path, crls, trust)))
  if (best !== undefined) return { ...best, problems: [...problems, ...best.problems] }
  checkBinding(token, [signer, ...known], report)
  report('AUTHORITY_UNKNOWN', 'no chain leads from the signer to an authority that is trusted', signer.id)
  return { problems }
}

/**
 * @param trust - from `readTrust`
 * @param budget - bounds the search; what is left of it is less afterwards
 * @returns the verdict on one token
 */
export function judgeToken(
  bytes: Uint8Array,
  message: Uint8Array,
  trust: TimestampTrust,
  budget: Budget = { left: CHECKS_A_TOKEN },
): TimestampResult {
  const { problems, report } = collect()
  const result = (more: Partial<TimestampResult> = {}): TimestampResult => ({
    verdict: verdictOf(problems),
    problems,
    ...more,
  })
  try {
    const token = readToken(bytes)
    const claimed = claimOf(token.info)
    checkInfo(token, message, trust, report)
    const carried = readable(token.certificates, readCertificate)
    const known = [...carried, ...trust.intermediates]
    const baggage: Baggage = { known, crls: readable(token.crls, readCrl), budget }
    spend(budget, baggage.crls.length)
    const signers = signerCertificates(token, [...known, ...trust.anchors])
    const judged = fewest(
      [...new Map(signers.map((cert) => [cert.id, cert])).values()].map((cert) =>
        judgeSigner(token, cert, baggage, trust),
      ),
    )
    if (judged === undefined) report('SIGNER_CERTIFICATE_MISSING', "the signer's certificate is not there")
    for (const { code, message: why, certificate } of judged?.problems ?? []) report(code, why, certificate)
    const authority = problems.length === 0 ? judged?.authority : undefined
    return result({ claimed, ...(authority === undefined ? {} : { proved: { ...claimed, authority } }) })
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    report('TOKEN_MALFORMED', error.message)
    return result()
  }
}

/** @returns the bytes that are stamped */
export function messageBytes(message: string | Uint8Array): Uint8Array {
  if (message instanceof Uint8Array) return message
  if (typeof message !== 'string') throw new TypeError('message must be a text or a Uint8Array')
  return utf8(message)
}
