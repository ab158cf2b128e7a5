/** Certificates, with what path checking needs of them. */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Certificate, RelativeDistinguishedNames } from 'pkijs'
import { toHex } from '../../primitives/bytes.js'
import { sha256 } from '../../primitives/sha256.js'
import { malformed } from '../../tlog/malformed.js'
import {
  type AlgorithmId,
  algorithmOf,
  bitsOf,
  type Der,
  membersOf,
  oidOf,
  type Pki,
  readDer,
  smallInteger,
  tags,
  wholeBits,
} from './asn1.js'
import { checkSignature, type SignatureCheck } from './signature.js'

/** Extensions by what they are. */
export const extensionIds = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  subjectKeyId: '2.5.29.14',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  certificatePolicies: '2.5.29.32',
  nameConstraints: '2.5.29.30',
  policyConstraints: '2.5.29.36',
  inhibitAnyPolicy: '2.5.29.54',
} as const

/** One extension. */
export interface Extension {
  readonly critical: boolean
  readonly value: Uint8Array
}

/** A certificate. */
export interface Cert {
  readonly der: Uint8Array
  /** `sha256:` and hex. */
  readonly id: string
  readonly subject: string
  readonly issuerName: RelativeDistinguishedNames
  readonly subjectName: RelativeDistinguishedNames
  readonly issuerRaw: Uint8Array
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array
  readonly notBefore: number
  readonly notAfter: number
  readonly extensions: ReadonlyMap<string, Extension>
  readonly tbs: Uint8Array
  readonly algorithm: AlgorithmId
  readonly signature: Uint8Array
  /** `undefined` where it is of a kind that Node can't read. */
  readonly key: KeyObject | undefined
}

const what = 'certificate'

/**
 * @param found - as pkijs read them
 * @returns them by their id
 * @throws QuittanceError `TLOG_MALFORMED` for one that is there twice
 */
export function extensionsOf(
  found: readonly { extnID: string; critical: boolean; extnValue: { valueBlock: { valueHexView: Uint8Array } } }[],
  owner: string,
): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>()
  for (const { extnID, critical, extnValue } of found) {
    if (extensions.has(extnID)) throw malformed(owner, 'an extension is there twice')
    extensions.set(extnID, { critical, value: extnValue.valueBlock.valueHexView })
  }
  return extensions
}

function keyOf(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

function subjectOf(der: Uint8Array): string {
  try {
    return new X509Certificate(der).subject.replaceAll('\n', ', ')
  } catch {
    throw malformed(what, 'OpenSSL can not read it')
  }
}

/**
 * Reads a certificate.
 *
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function readCertificate(pki: Pki, der: Uint8Array): Cert {
  const whole = membersOf(readDer(der, what), what)
  const tbs = whole.take(tags.sequence)
  const algorithm = algorithmOf(whole.take(tags.sequence), what)
  const signature = wholeBits(whole.any(), what)
  whole.end()
  const members = membersOf(tbs, what)
  members.maybe(0xa0)
  const serial = members.take(tags.integer).content
  // RFC 5280: what is signed must name the algorithm that signed it.
  if (!Buffer.from(members.take(tags.sequence).raw).equals(algorithm.raw))
    throw malformed(what, 'it names two signature algorithms')
  const issuerRaw = members.take(tags.sequence).raw
  members.take(tags.sequence)
  members.take(tags.sequence)
  const spki = members.take(tags.sequence).raw
  let parsed: Certificate
  try {
    parsed = pki.pkijs.Certificate.fromBER(Uint8Array.from(der))
  } catch {
    throw malformed(what, 'its members are not those of X.509')
  }
  const [notBefore, notAfter] = [parsed.notBefore.value.getTime(), parsed.notAfter.value.getTime()]
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) throw malformed(what, 'its dates are none')
  return {
    der,
    id: `sha256:${toHex(sha256(der))}`,
    subject: subjectOf(der),
    issuerName: parsed.issuer,
    subjectName: parsed.subject,
    issuerRaw,
    serial,
    notBefore,
    notAfter,
    extensions: extensionsOf(parsed.extensions ?? [], what),
    tbs: tbs.raw,
    algorithm,
    signature,
    key: keyOf(spki),
  }
}

/** @returns whether `issuer` signed `cert` */
export function signedBy(cert: Cert, issuer: Cert): SignatureCheck {
  return checkSignature(cert.algorithm, issuer.key, cert.tbs, cert.signature)
}

const inner = ({ value }: Extension): Der => readDer(value, what)

/** @returns which key usages it is limited to; `undefined` where it is to none */
export function keyUsageOf(cert: Cert): ReadonlySet<number> | undefined {
  const extension = cert.extensions.get(extensionIds.keyUsage)
  return extension && bitsOf(inner(extension), what)
}

/** Bits of a key usage. */
export const usages = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5, crlSign: 6 } as const

/** @returns what it may be used for; `undefined` where it does not say */
export function extendedUsesOf(cert: Cert): { critical: boolean; purposes: readonly string[] } | undefined {
  const extension = cert.extensions.get(extensionIds.extendedKeyUsage)
  if (extension === undefined) return undefined
  const list = inner(extension)
  membersOf(list, what)
  return { critical: extension.critical, purposes: list.children.map((purpose) => oidOf(purpose, what)) }
}

/** @returns whether it may issue, and how many authorities may stand below */
export function constraintsOf(cert: Cert): { ca: boolean; pathLength: number } {
  const extension = cert.extensions.get(extensionIds.basicConstraints)
  if (extension === undefined) return { ca: false, pathLength: 0 }
  const members = membersOf(inner(extension), what)
  const ca = members.maybe(tags.boolean)
  const length = members.maybe(tags.integer)
  members.end()
  return {
    ca: ca !== undefined && ca.content[0] === 0xff,
    pathLength: length === undefined ? Number.POSITIVE_INFINITY : smallInteger(length, what),
  }
}

/** @returns the id of its key that it has with it, in hex */
export function subjectKeyIdOf(cert: Cert): string | undefined {
  const extension = cert.extensions.get(extensionIds.subjectKeyId)
  return extension && toHex(inner(extension).content)
}

/** @returns the id of its issuer's key, in hex, of a certificate's or a list's extensions */
export function authorityKeyIdOf(extensions: ReadonlyMap<string, Extension>): string | undefined {
  const extension = extensions.get(extensionIds.authorityKeyId)
  const id = extension && inner(extension).children.find(({ tag }) => tag === 0x80)
  return id && toHex(id.content)
}
