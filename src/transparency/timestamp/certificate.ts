/** Certificates, with what path checking needs of them. */
import { X509Certificate } from 'node:crypto'
import { equalBytes, toHex } from '../../primitives/bytes.js'
import { sha256 } from '../../primitives/sha256.js'
import { malformed } from '../../tlog/malformed.js'
import {
  type AlgorithmId,
  algorithmOf,
  bitsOf,
  booleanOf,
  certificateTime,
  context,
  type Der,
  integerBytes,
  membersOf,
  octetsOf,
  oidOf,
  readDer,
  smallInteger,
  tags,
  unusedBits,
  wholeBits,
} from './asn1.js'
import { type PublicKey, publicKeyOf } from './key.js'
import { type NameKey, nameOf } from './name.js'
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
  readonly issuerName: NameKey
  readonly subjectName: NameKey
  readonly issuerRaw: Uint8Array
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array
  readonly notBefore: number
  readonly notAfter: number
  readonly extensions: ReadonlyMap<string, Extension>
  readonly tbs: Uint8Array
  readonly algorithm: AlgorithmId
  readonly signature: Uint8Array
  /** `undefined` where it is of a kind that is not known here, or none. */
  readonly key: PublicKey | undefined
}

const what = 'certificate'

/**
 * @param list - Extensions, one or more
 * @param what - for errors
 * @returns them by their id
 * @throws QuittanceError `TLOG_MALFORMED`, also for one that is there twice
 */
export function extensionsOf(list: Der, what: string): ReadonlyMap<string, Extension> {
  membersOf(list, what)
  if (list.children.length === 0) throw malformed(what, 'a list in it is empty')
  const extensions = new Map<string, Extension>()
  for (const one of list.children) {
    const members = membersOf(one, what)
    const id = oidOf(members.any(), what)
    const critical = members.maybe(tags.boolean)
    const value = octetsOf(members.any(), what)
    members.end()
    if (extensions.has(id)) throw malformed(what, 'an extension is there twice')
    // FALSE is the default and would be left out; some authorities write it all the same
    extensions.set(id, { critical: critical !== undefined && booleanOf(critical, what), value })
  }
  return extensions
}

/**
 * @param wrapped - `[n]` around a list of extensions; `undefined` where there is none
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function wrappedExtensions(wrapped: Der | undefined, what: string): ReadonlyMap<string, Extension> {
  if (wrapped === undefined) return new Map()
  return extensionsOf(only(wrapped, what), what)
}

function only({ children: [one, ...more] }: Der, what: string): Der {
  if (one === undefined || more.length > 0) throw malformed(what, 'a part of it is missing')
  return one
}

function subjectOf(der: Uint8Array): string {
  try {
    // an empty name is none to Node, whatever its types say
    const subject: string | undefined = new X509Certificate(der).subject
    return (subject ?? '').replaceAll('\n', ', ')
  } catch {
    throw malformed(what, 'OpenSSL can not read it')
  }
}

const LAST_VERSION = 2

/** Members of a TBSCertificate (RFC 5280, 4.1.2), in their order and nothing else. */
function tbsOf(tbs: Der, algorithm: AlgorithmId) {
  const members = membersOf(tbs, what)
  const version = members.maybe(context(0))
  if (version !== undefined && smallInteger(integer(only(version, what)), what) > LAST_VERSION)
    throw malformed(what, 'it is of a later version')
  const serial = integerBytes(members.any(), what)
  // what is signed must name the algorithm that signed it
  if (!equalBytes(members.take(tags.sequence).raw, algorithm.raw))
    throw malformed(what, 'it names two signature algorithms')
  const issuer = members.any()
  const validity = membersOf(members.any(), what)
  const notBefore = certificateTime(validity.any(), what)
  const notAfter = certificateTime(validity.any(), what)
  validity.end()
  const subject = members.any()
  const spki = members.any()
  for (const id of [context(1, false), context(2, false)]) {
    const uniqueId = members.maybe(id)
    if (uniqueId !== undefined) unusedBits(uniqueId, what, id)
  }
  const extensions = wrappedExtensions(members.maybe(context(3)), what)
  members.end()
  return { serial, issuer, notBefore, notAfter, subject, spki, extensions }
}

function integer(der: Der): Der {
  integerBytes(der, what)
  return der
}

/**
 * Reads a certificate.
 *
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function readCertificate(der: Uint8Array): Cert {
  const whole = membersOf(readDer(der, what), what)
  const tbs = whole.take(tags.sequence)
  const algorithm = algorithmOf(whole.take(tags.sequence), what)
  const signature = wholeBits(whole.any(), what)
  whole.end()
  const { issuer, subject, spki, ...members } = tbsOf(tbs, algorithm)
  return {
    ...members,
    der,
    id: `sha256:${toHex(sha256(der))}`,
    issuerName: nameOf(issuer, what),
    subjectName: nameOf(subject, what),
    issuerRaw: issuer.raw,
    subject: subjectOf(der),
    tbs: tbs.raw,
    algorithm,
    signature,
    key: publicKeyOf(spki),
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
