/** Chains of certificates: which lead from a signer to a trust anchor, and whether each was good at a time. */

import { type Cert, constraintsOf, extendedUsesOf, extensionIds, keyUsageOf, signedBy, usages } from './certificate.js'
import type { Report } from './findings.js'
import type { SignatureCheck } from './signature.js'

const MAX_LENGTH = 10
const MAX_PATHS = 20

/** A signer first, an anchor last. */
export interface Path {
  readonly certificates: readonly Cert[]
  /** Of each certificate but the last: how its issuer's signature on it stands. Never `wrong`. */
  readonly signatures: readonly SignatureCheck[]
}

/** How many signatures may still be checked to judge a token. */
export interface Budget {
  left: number
}

/** What there is for one token, however many certificates in it claim to be its signer's. */
export const CHECKS_A_TOKEN = 200

/** Takes from a budget what is left of it, and no more. */
export function spend(budget: Budget, checks: number): void {
  budget.left = Math.max(0, budget.left - checks)
}

/**
 * Finds the chains by names and signatures; nothing else is looked at. The search is bounded, because a token may bring many
 * certificates of one name.
 *
 * @param known - what may stand between, trusted or not
 * @param anchors - where a chain ends
 * @param budget - what is left of it is less afterwards
 */
export function pathsOf(
  signer: Cert,
  known: readonly Cert[],
  anchors: readonly Cert[],
  budget: Budget,
): readonly Path[] {
  const trusted = new Set(anchors.map(({ id }) => id))
  const all = [...new Map([...anchors, ...known].map((cert) => [cert.id, cert])).values()]
  const paths: Path[] = []
  const walk = (certificates: readonly Cert[], signatures: readonly SignatureCheck[]): void => {
    const last = certificates.at(-1)
    if (last === undefined || paths.length >= MAX_PATHS) return
    if (trusted.has(last.id)) {
      paths.push({ certificates, signatures })
      return
    }
    if (certificates.length >= MAX_LENGTH) return
    for (const issuer of all) {
      if (certificates.some(({ id }) => id === issuer.id) || last.issuerName !== issuer.subjectName) continue
      if (budget.left === 0) return
      spend(budget, 1)
      const check = signedBy(last, issuer)
      if (check !== 'wrong') walk([...certificates, issuer], [...signatures, check])
    }
  }
  walk([signer], [])
  return paths
}

/** Critical ones that are understood here, or limit nothing that is asked here. */
const understood: ReadonlySet<string> = new Set([
  extensionIds.keyUsage,
  extensionIds.subjectAltName,
  extensionIds.basicConstraints,
  extensionIds.extendedKeyUsage,
  extensionIds.certificatePolicies,
])
/** They limit what stands below, and are not worked out here. */
const notWorkedOut = [extensionIds.nameConstraints, extensionIds.policyConstraints, extensionIds.inhibitAnyPolicy]

const stampingUses = ['1.3.6.1.5.5.7.3.8', '2.5.29.37.0']

function checkIssuer(cert: Cert, between: number, report: Report): void {
  const { ca, pathLength } = constraintsOf(cert)
  const usage = keyUsageOf(cert)
  const uses = extendedUsesOf(cert)
  if (!ca || (usage !== undefined && !usage.has(usages.keyCertSign)))
    report('CERTIFICATE_NOT_AN_ISSUER', 'a certificate in the chain was issued by one that may not issue', cert.id)
  else if (between > pathLength)
    report('CERTIFICATE_NOT_AN_ISSUER', 'the chain is longer than a certificate in it allows', cert.id)
  else if (uses !== undefined && !uses.purposes.some((purpose) => stampingUses.includes(purpose)))
    report('CERTIFICATE_NOT_AN_ISSUER', 'a certificate in the chain may not issue for time stamps', cert.id)
}

/**
 * Looks at a chain as it was at a time.
 *
 * @param atMs - milliseconds since 1970
 */
export function checkPath({ certificates, signatures }: Path, atMs: number, report: Report): void {
  let between = 0
  for (const [at, cert] of certificates.entries()) {
    if (atMs < cert.notBefore || atMs > cert.notAfter)
      report('CERTIFICATE_NOT_VALID_THEN', 'a certificate was not valid at the time of the stamp', cert.id)
    if (signatures[at] === 'weak')
      report('ALGORITHM_WEAK', 'a certificate is signed in a way that proves nothing any more', cert.id)
    if (signatures[at] === 'unsupported')
      report('TOKEN_UNSUPPORTED', 'a certificate is signed in a way that is not known here', cert.id)
    const limits = notWorkedOut.some((id) => cert.extensions.has(id))
    const unknown = [...cert.extensions].some(([id, { critical }]) => critical && !understood.has(id))
    if (limits || unknown) report('TOKEN_UNSUPPORTED', 'a certificate has limits that are not understood here', cert.id)
    if (at === 0) continue
    checkIssuer(cert, between, report)
    // RFC 5280, 4.2.1.9: those that issued themselves don't count.
    if (cert.issuerName !== cert.subjectName) between += 1
  }
}
